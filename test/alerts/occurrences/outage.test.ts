import type { Db } from '../../../src/base/db'
import { alertSite, MINUTE_MS, type Node, newTenant, report, rowsOf } from './site'

let site: Awaited<ReturnType<typeof alertSite>>
let node: Node
let other: Node
let tenantId: string

beforeAll(async () => {
  site = await alertSite()
  node = await site.start({ through: losingAnswers })
  other = await site.start()
})
afterAll(() => site.stop())
beforeEach(async () => {
  tenantId = await newTenant(node)
})

const startsAt = Date.now() - 10 * MINUTE_MS
/** How many answers to statements that change alerts get lost, although the statements reach the database. */
let lost = 0
const losingAnswers = (db: Db): Db =>
  new Proxy(db, {
    get: (target, name) => {
      const value = Reflect.get(target, name)
      return name === 'raw'
        ? (sql: string, bindings: never) => loseAnswer(sql, value.call(target, sql, bindings))
        : value
    },
  })

function loseAnswer(sql: string, asked: Promise<unknown>) {
  if (lost === 0 || !sql.includes('alert_heads AS h')) return asked
  lost--
  return asked.then(() => {
    throw Object.assign(new Error('Connection terminated unexpectedly'), { code: '08006' })
  })
}

test.each([
  ['new alerts', [report('a', { startsAt }), report('b', { startsAt })]],
  [
    'an alert that fires, is resolved and fires again',
    [
      report('a', { startsAt }),
      report('a', { startsAt, endsAt: Date.now() - 5_000 }),
      report('a', { startsAt: Date.now() - 4_000 }),
    ],
  ],
  ['an alert first seen resolved', [report('a', { startsAt, endsAt: Date.now() - 5_000 })]],
])('the answer to a commit is lost: %s are not doubled', async (_, reports) => {
  const expected = await newTenant(node)
  await node.intake.accept(expected, reports)
  lost = 1
  await node.intake.accept(tenantId, reports)
  expect(lost).toBe(0)
  const shape = async (id: string) =>
    (await rowsOf(node, id)).map(({ labels, starts_at, resolved_at, version }) => ({
      labels,
      starts_at,
      resolved_at,
      version,
    }))
  expect(await shape(tenantId)).toEqual(await shape(expected))
})

test('connections are killed again and again: what was confirmed is there, once', async () => {
  const killer = other.db
  let isOver = false
  const kills = (async () => {
    while (!isOver) {
      await killer.raw(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE pid <> pg_backend_pid() AND datname = current_database() AND query LIKE '%alert_heads%'`,
      )
      await killer.raw('SELECT pg_sleep(0.03)')
    }
  })()
  const confirmed: string[] = []
  const worker = async (no: number) => {
    for (let round = 0; round < 25; round++) {
      const names = Array.from({ length: 20 }, (_, i) => `w${no}-r${round}-${i}`)
      const done = await node.intake
        .accept(
          tenantId,
          names.map(name => report(name, { startsAt })),
        )
        .then(
          () => true,
          error => {
            expect(error).toMatchObject({ status: 503 })
            return false
          },
        )
      if (done) confirmed.push(...names)
    }
  }
  await Promise.all([1, 2, 3, 4].map(worker))
  isOver = true
  await kills
  const stored = (await rowsOf(other, tenantId)).map(({ labels }) => JSON.parse(labels).alertname as string)
  expect(new Set(stored).size).toBe(stored.length)
  expect(confirmed.filter(name => !stored.includes(name))).toEqual([])
  expect(confirmed.length).toBeGreaterThan(0)
  expect((await node.open.of(tenantId)).size).toBe(stored.length)
})

test('one alert that the database refuses does not take others with it', async () => {
  await node.db.raw(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF NEW.labels LIKE '%refused%' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON alerts FOR EACH ROW EXECUTE FUNCTION refuse()`)
  const log = jest.spyOn(process.stderr, 'write').mockReturnValue(true)
  const calls = ['good-1', 'refused', 'good-2'].map(name => node.intake.accept(tenantId, [report(name)]))
  const results = await Promise.allSettled(calls)
  log.mockRestore()
  await node.db.raw('DROP TRIGGER refuse ON alerts')
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(await rowsOf(node, tenantId)).toHaveLength(2)
})
