import { Muting } from '../../../src/alerts/muting'
import type { OpenAlert } from '../../../src/alerts/occurrences'
import { TenantMemory } from '../../../src/alerts/occurrences/tenant-memory'
import type { Labels } from '../../../src/contract/matchers'

const TENANT = 'tenant'
const RULE = {
  source_matchers: [{ name: 'severity', op: '=' as const, value: 'critical' }],
  target_matchers: [{ name: 'severity', op: '=' as const, value: 'warning' }],
  equal: [],
}
const NOTHING = { silencedBy: [], inhibitedBy: [], maintenance: [] }

/** A tenant whose alerts, silences and rules can be changed; counts how often silences are compared with labels. */
function world() {
  const alerts = new TenantMemory(0)
  const state = { routing: 1, mutes: 1, rules: [RULE], silenced: new Set<string>(), compared: 0 }
  const muting = new Muting({
    openAlerts: { of: async () => alerts },
    routing: { at: async () => ({ version: state.routing, inhibitRules: state.rules }) as never },
    silences: {
      active: async () => ({
        version: state.mutes,
        validUntil: 5_000,
        isInMaintenance: () => false,
        mutesOf(labels: Labels) {
          state.compared++
          const isSilenced = state.silenced.has(labels.alertname ?? '')
          return { silencedBy: isSilenced ? ['silence'] : [], maintenance: isSilenced ? ['window'] : [] }
        },
      }),
    },
  })
  return {
    state,
    muting: () => muting.of(TENANT),
    fire(id: string, severity: string) {
      alerts.put({
        id,
        fingerprint: `f-${id}`,
        labels: { alertname: id, severity },
        endsAt: null,
      } as unknown as OpenAlert)
    },
    resolve(id: string) {
      alerts.remove(id)
    },
    of: async (id: string) => (await muting.of(TENANT)).mutesOf(alerts.byId(id) as OpenAlert),
  }
}

test('silences, windows and inhibition stand side by side', async () => {
  const { state, fire, of, muting } = world()
  state.silenced.add('w')
  fire('w', 'warning')
  expect(await of('w')).toEqual({ silencedBy: ['silence'], inhibitedBy: [], maintenance: ['window'] })
  fire('c', 'critical')
  expect(await of('w')).toEqual({ silencedBy: ['silence'], inhibitedBy: ['f-c'], maintenance: ['window'] })
  expect(await of('c')).toEqual(NOTHING)
  expect([...(await muting()).muted.keys()]).toEqual(['w'])
  expect((await muting()).validUntil).toBe(5_000)
})

test('a silenced source inhibits', async () => {
  const { state, fire, of } = world()
  state.silenced.add('c')
  fire('c', 'critical')
  fire('w', 'warning')
  expect((await of('w')).inhibitedBy).toEqual(['f-c'])
})

test('what others mute is free again when they end, and what has ended is not kept', async () => {
  const { fire, resolve, of, muting } = world()
  fire('c', 'critical')
  fire('w', 'warning')
  expect((await of('w')).inhibitedBy).toEqual(['f-c'])
  resolve('c')
  expect(await of('w')).toEqual(NOTHING)
  fire('c2', 'critical')
  expect((await of('w')).inhibitedBy).toEqual(['f-c2'])
  resolve('w')
  expect((await muting()).muted.size).toBe(0)
})

test('new silences and rules hold for all alerts at the next look', async () => {
  const { state, fire, of, muting } = world()
  fire('c', 'critical')
  fire('w', 'warning')
  const before = (await muting()).key
  state.silenced.add('w')
  state.mutes++
  expect((await of('w')).silencedBy).toEqual(['silence'])
  expect((await muting()).key).not.toBe(before)
  state.rules = []
  state.routing++
  expect(await of('w')).toEqual({ silencedBy: ['silence'], inhibitedBy: [], maintenance: ['window'] })
  state.silenced.clear()
  state.mutes++
  expect(await of('w')).toEqual(NOTHING)
})

test('only what is new is compared with silences', async () => {
  const { state, fire, muting } = world()
  for (let i = 0; i < 100; i++) fire(`a${i}`, 'info')
  await muting()
  expect(state.compared).toBe(100)
  const { key } = await muting()
  state.routing++
  fire('b', 'info')
  const after = await muting()
  expect(state.compared).toBe(101)
  expect(after.key).not.toBe(key)
  expect((await muting()).key).toBe(after.key)
})

test('labels that no alert has are compared with everything', async () => {
  const { state, fire, muting } = world()
  state.silenced.add('x')
  fire('c', 'critical')
  const found = (await muting()).mutesOfLabels({ alertname: 'x', severity: 'warning' })
  expect(found).toEqual({ silencedBy: ['silence'], inhibitedBy: ['f-c'], maintenance: ['window'] })
})
