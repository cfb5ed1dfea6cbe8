import { mutesAt } from '../../../src/alerts/silences/active-mutes'
import type { StoredSilence } from '../../../src/alerts/silences/silence'
import type { StoredWindow } from '../../../src/alerts/silences/window'
import type { Matcher } from '../../../src/contract/matchers'
import { equal, tenantId } from './node'

const now = Date.parse('2026-03-01T12:00:00Z')
const silence = (id: string, startsIn: number, endsIn: number, matchers = [equal('job', 'api')]): StoredSilence => ({
  id,
  tenantId,
  matchers,
  startsAt: now + startsIn,
  endsAt: now + endsIn,
  comment: 'x',
  createdBy: 'x',
  annotations: {},
  replaces: null,
  createdAt: now - 60_000,
  updatedAt: now - 60_000,
})
const window = (name: string, startsIn: number, endsIn: number): StoredWindow => ({
  id: name,
  tenantId,
  name,
  matchers: [equal('job', 'api')],
  ...{ cron: null, timezone: null, durationMinutes: null, enabled: true, createdBy: 'x' },
  startsAt: new Date(now + startsIn),
  endsAt: new Date(now + endsIn),
  createdAt: new Date(now),
  updatedAt: new Date(now),
})
const never = () => {
  throw new Error('Everything is valid')
}

test('what mutes follows the time, and holds until the next start or end', async () => {
  const silences = [silence('past', -20, 0), silence('active', -10, 30), silence('pending', 20, 40)]
  const windows = [window('open', -5, 25), window('later', 10, 12)]
  const at = async (ms: number) => {
    const { mutesOf, validUntil } = await mutesAt({ version: 7, silences, windows }, now + ms, never)
    return { ...mutesOf({ job: 'api' }), until: validUntil - now }
  }
  expect(await at(0)).toEqual({ silencedBy: ['active'], maintenance: ['open'], until: 10 })
  expect(await at(10)).toEqual({ silencedBy: ['active'], maintenance: ['open', 'later'], until: 12 })
  expect(await at(20)).toEqual({ silencedBy: ['active', 'pending'], maintenance: ['open'], until: 25 })
  expect(await at(30)).toEqual({ silencedBy: ['pending'], maintenance: [], until: 40 })
  expect(await at(40)).toEqual({ silencedBy: [], maintenance: [], until: Number.POSITIVE_INFINITY })
})

test('a silence that cannot be compiled is reported and mutes nothing', async () => {
  const bad: Matcher[] = [{ name: 'a', op: '=~', value: '(' }]
  const reported: string[] = []
  const muting = { version: 1, silences: [silence('bad', -1, 1, bad), silence('good', -1, 1)], windows: [] }
  const { mutesOf } = await mutesAt(muting, now, id => reported.push(id))
  expect(mutesOf({ job: 'api', a: '(' }).silencedBy).toEqual(['good'])
  expect(reported).toEqual(['bad'])
})

test('10,000 alerts and 500 silences: only those that ask for a value of an alert are compared with it', async () => {
  const silences = Array.from({ length: 500 }, (_, i) =>
    silence(String(i).padStart(3, '0'), -1, 1, [equal('host', `h${i}`)]),
  )
  const { mutesOf } = await mutesAt({ version: 1, silences, windows: [] }, now, never)
  const alerts = Array.from({ length: 10_000 }, (_, i) => ({ job: 'api', host: `h${i % 1_000}` }))
  expect(alerts.filter(labels => mutesOf(labels).silencedBy.length === 1)).toHaveLength(5_000)
  const [first] = alerts
  expect(mutesOf(first as (typeof alerts)[0])).toBe(mutesOf(first as (typeof alerts)[0]))
})
