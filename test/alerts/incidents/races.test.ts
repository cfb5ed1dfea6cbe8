import { startWorld, type World } from './world'

let world: World
beforeAll(async () => {
  world = await startWorld(2)
})
beforeEach(async () => {
  await world.renew()
  await world.receiver('hook')
  await world.route({ receiver: 'hook', group_by: ['alertname'], group_wait_seconds: 0 })
})
afterAll(() => world.stop())

/** Alerts of ten groups. */
const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ alertname: `A${(from + i) % 10}`, i: `${from + i}` }))

const countOf = (events: readonly string[], kind: string) => events.filter(each => each === kind).length

test('two processes at once make one incident and one notice of each group, and tell every change once', async () => {
  let isOver = false
  const dispatching = world.nodes.map(async node => {
    while (!isOver) await node.run()
  })
  for (let from = 0; from < 1_000; from += 100) await world.fire(...many(from, 100))
  await world.resolve(...many(0, 1_000))
  isOver = true
  await Promise.all(dispatching)
  await world.pass(0)
  const events = await world.events()
  expect(countOf(events, 'alert_created')).toBe(1_000)
  expect(countOf(events, 'alert_resolved')).toBe(1_000)
  const incidents = await world.incidents()
  expect(incidents.map(({ number }) => number)).toEqual(incidents.map((_, i) => i + 1))
  expect(countOf(events, 'incident_created')).toBe(incidents.length)
  expect(countOf(events, 'incident_resolved')).toBe(incidents.length)
  expect(incidents.filter(({ firing, status }) => firing !== 0 || status !== 'resolved')).toEqual([])
  expect(incidents.reduce((sum, { alerts }) => sum + alerts, 0)).toBe(1_000)
  const perGroup = await world.of('notifications').where({ reason: 'first' }).groupBy('group_id').count('* as count')
  expect(perGroup.map(({ count }) => Number(count))).toEqual(perGroup.map(() => 1))
})

/** Makes PostgreSQL end sessions while they commit rows of a table. A sequence counts, because it is not rolled back. */
async function crashOn(table: string) {
  await world.db.raw(`
    CREATE SEQUENCE crashes;
    CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF nextval('crashes') IN (1, 4, 15) THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); END IF;
      RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER crash AFTER INSERT OR UPDATE ON ${table} DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION crash()`)
}

const crashNoMore = () => world.db.raw('DROP FUNCTION crash CASCADE; DROP SEQUENCE crashes')

test.each(['alert_dispatch', 'incidents', 'notifications'])(
  'sessions that end in a commit of %s double and lose nothing',
  async table => {
    await crashOn(table)
    for (let i = 0; i < 3; i++) {
      await world.fire(...many(i * 10, 10))
      await world.nodes[i % 2]?.run()
    }
    await world.resolve(...many(0, 30))
    await world.pass(6 * 60_000)
    const { rows } = await world.db.raw<{ rows: { last_value: number }[] }>('SELECT last_value FROM crashes')
    await crashNoMore()
    expect(rows[0]?.last_value).toBeGreaterThan(1)
    const events = await world.events()
    expect(['alert_created', 'alert_resolved', 'incident_created'].map(kind => countOf(events, kind))).toEqual([
      30, 30, 10,
    ])
    expect((await world.incidents()).map(({ status, alerts }) => [status, alerts])).toEqual(
      Array.from({ length: 10 }, () => ['resolved', 3]),
    )
    expect((await world.told()).sort()).toEqual(
      [
        ...Array.from({ length: 10 }, () => 'all_resolved 0/1'),
        ...Array.from({ length: 10 }, () => 'first 1/0'),
      ].sort(),
    )
  },
)

test('a process that takes over knows what is muted, and tells it once', async () => {
  await world.mute('silenced', { A1: 's1' })
  await world.fire({ alertname: 'A1' }, { alertname: 'A2' })
  await world.pass(0)
  await world.nodes[1]?.run()
  await world.mute('silenced', { A2: 's2' })
  await world.nodes[1]?.run()
  await world.pass(0)
  const events = (await world.events()).filter(kind => /^alert_(silenced|firing)$/.test(kind))
  expect(events.sort()).toEqual(['alert_firing', 'alert_silenced', 'alert_silenced'])
  expect(await world.of('alert_mutes').pluck('silenced_by')).toEqual([['s2']])
})
