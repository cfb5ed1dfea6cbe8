import { CONFIG_MS, closeAll, LOGGER_MS, withAgent } from './stage'

afterEach(closeAll)

const UP = { query: "select '3' as days, '9223372036854775807' as big", interval: 30 }

const configured = (more: object, options: object = {}) =>
  JSON.stringify({ options: { schedule_splay_percent: 0, ...options }, ...more })

type Line = Record<string, unknown>

/** The first result line sent by an agent whose schedule runs once. */
async function firstResults(config: string, behavior = {}) {
  const stage = await withAgent({ behavior })
  stage.server.always.config = config
  await stage.start()
  await stage.clock.pass(LOGGER_MS) // the first line of its own log has been sent
  delete stage.server.always.log
  await runSchedule(stage, 30 - LOGGER_MS / 1_000)
  await stage.clock.pass(LOGGER_MS)
  let received = await stage.server.next('log')
  while (received.body.log_type !== 'result') {
    received.reply('{}')
    received = await stage.server.next('log')
  }
  return { ...stage, received, lines: received.body.data as Line[] }
}

/** The schedule checks the clock every 3 s. */
async function runSchedule({ clock }: { clock: { pass(ms: number): Promise<void> } }, seconds: number) {
  for (let passed = 0; passed < seconds; passed += 3) await clock.pass(3_000)
}

describe('the log of a simulated agent', () => {
  const common = { epoch: 0, counter: 0, numerics: false }
  const row = { days: '3', big: '9223372036854775807' }

  test('event: a line for each added or removed row', async () => {
    const { lines, host, received } = await firstResults(configured({ schedule: { up: UP } }))
    expect(lines).toEqual([
      {
        ...{ name: 'up', hostIdentifier: host.identifier, ...common, columns: row, action: 'added' },
        ...{ calendarTime: 'Tue Sep  1 10:00:30 2026 UTC', unixTime: 1_788_256_830 },
      },
    ])
    expect(Object.keys(received.body).at(-1)).toBe('node_key')
  })

  test.each([
    ['batch', { logger_event_type: false }, {}, { diffResults: { removed: [], added: [row] } }],
    ['snapshot', {}, { snapshot: true }, { snapshot: [row], action: 'snapshot' }],
    ['snapshot-event', { logger_snapshot_event_type: true }, { snapshot: true }, { columns: row, action: 'snapshot' }],
  ])('%s, set by the options', async (_, options, more, expected) => {
    const { lines } = await firstResults(configured({ schedule: { up: { ...UP, ...more } } }, options))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject(expected)
  })

  test('batch and snapshot-event, set by the agent', async () => {
    const schedule = configured({ schedule: { up: UP } })
    expect((await firstResults(schedule, { logShape: 'batch' })).lines[0]).toHaveProperty('diffResults')
    const whole = configured({ schedule: { up: { ...UP, snapshot: true } } })
    expect((await firstResults(whole, { logShape: 'snapshot-event' })).lines[0]).toMatchObject({ columns: row })
  })

  test('numbers keep all their digits, bodies are compressed, lines are decorated', async () => {
    const options = { logger_numerics: true, logger_tls_compress: true }
    const decorators = { load: ["select 'web-07' as host"], interval: { 3600: ["select '1' as deep"] } }
    const { received, lines } = await firstResults(configured({ schedule: { up: UP }, decorators }, options))
    expect(received.headers['content-encoding']).toBe('gzip')
    expect(received.text).toContain('"columns":{"days":3,"big":9223372036854775807}')
    expect(lines[0]).toMatchObject({ numerics: true, decorations: { host: 'web-07', deep: '1' } })
  })

  test('only queries for this host run, under their names', async () => {
    const pack = { platform: 'beos', queries: { up: UP } }
    const packs = {
      ...{ beos: pack, one: { queries: { up: { ...UP, interval: '30' }, later: { ...UP, version: '99.0' } } } },
      ...{ two: { discovery: ['select 1 where 1=0'], queries: { up: UP } } },
      ...{ none: { shard: 0, queries: { up: UP } } },
    }
    const { lines } = await firstResults(configured({ packs }, { pack_delimiter: '/' }))
    expect(lines.map(({ name }) => name)).toEqual(['pack/one/up'])
  })

  test('unchanged rows are logged once', async () => {
    const stage = await firstResults(
      configured({ schedule: { up: UP, now: { ...UP, query: 'select unix_time from time' } } }),
    )
    expect(stage.lines.map(({ name, action }) => [name, action])).toEqual([
      ['up', 'added'],
      ['now', 'added'],
    ])
    stage.received.reply('{}')
    await runSchedule(stage, 30 - LOGGER_MS / 1_000)
    await stage.clock.pass(LOGGER_MS)
    const { data } = (await stage.server.next('log')).body
    expect((data as Line[]).map(({ name, action, counter }) => [name, action, counter])).toEqual([
      ['now', 'removed', 1],
      ['now', 'added', 1],
    ])
  })

  test('a refused log is kept and retried after n² periods, not at once', async () => {
    const { server, clock, received } = await firstResults(configured({ schedule: { up: { ...UP, snapshot: true } } }))
    received.reply('{"error":"not now"}')
    await clock.pass(LOGGER_MS)
    const second = await server.next('log')
    expect(second.body.data).toEqual(received.body.data)
    second.reply('{"error":"not now"}')
    for (let periods = 1; periods < 4; periods++) await clock.pass(LOGGER_MS)
    expect(server.has('log')).toBe(false)
    await clock.pass(LOGGER_MS)
    const third = await server.next('log')
    expect(third.body.data).toEqual(received.body.data)
    third.reply('') // an empty body counts as success
    await clock.pass(LOGGER_MS)
    await clock.pass(LOGGER_MS)
    expect(server.has('log')).toBe(false)
  })

  test('its own lines report the start and failing queries', async () => {
    const { server, start, clock, host } = await withAgent()
    const first = server.next('log')
    await start()
    const { body } = await first
    expect(body.log_type).toBe('status')
    expect(body.data).toMatchObject([{ hostIdentifier: host.identifier, severity: 0, version: '5.23.1' }])
    ;(await first).reply('{}')
    ;(await server.next('distributed_read')).reply('{"queries":{"a":"select 1 from nope"}}')
    await server.next('distributed_write')
    const next = server.next('log')
    await clock.pass(LOGGER_MS)
    expect((await next).body.data).toMatchObject([
      { severity: 2, message: 'Error executing distributed query: a: no such table: nope' },
    ])
  })

  test('the buffer is limited', async () => {
    const many = { query: 'select n from simulated_rows where count = 10', interval: 30 }
    const { lines, tally } = await firstResults(configured({ schedule: { many } }, { buffered_log_max: 4 }))
    // the agent's own first line took key 1; keys 10 and 11 count as older than 2
    expect(lines.map(({ columns }) => (columns as Line).n)).toEqual(['5', '6', '7', '8'])
    expect(tally.dropped).toBe(6)
  })

  test('lines of one second are sent in the text order of their keys', async () => {
    const many = { query: 'select n from simulated_rows where count = 12', interval: 30 }
    const { lines, received, server, clock } = await firstResults(configured({ schedule: { many } }))
    // the first line was the agent's own
    expect(lines.map(({ columns }) => Number((columns as Line).n))).toEqual([9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8])
    received.reply('{"error":"not now"}')
    await clock.pass(LOGGER_MS)
    expect((await server.next('log')).body.data).toEqual(received.body.data)
  })

  test('the counter counts runs with changes, but not snapshots', async () => {
    const schedule = { now: { ...UP, query: 'select unix_time from time' }, up: { ...UP, snapshot: true } }
    const stage = await firstResults(configured({ schedule }))
    const counters = ({ data }: Line) => (data as Line[]).map(({ name, counter }) => [name, counter])
    expect(counters(stage.received.body)).toEqual([
      ['now', 0],
      ['up', 0],
    ])
    stage.received.reply('{}')
    await runSchedule(stage, 30 - LOGGER_MS / 1_000)
    await stage.clock.pass(LOGGER_MS)
    expect(counters((await stage.server.next('log')).body)).toEqual([
      ['now', 1],
      ['now', 1],
      ['up', 0],
    ])
  })

  test('decorations are at the top level if configured', async () => {
    const decorators = { load: ["select 'web-07' as host"] }
    const { lines } = await firstResults(
      configured({ schedule: { up: UP }, decorators }, { decorations_top_level: true }),
    )
    expect(lines[0]).toMatchObject({ name: 'up', host: 'web-07' })
    expect(lines[0]).not.toHaveProperty('decorations')
  })

  test('a new configuration changes the schedule', async () => {
    const { server, clock, received } = await firstResults(configured({ schedule: { up: UP } }))
    received.reply('{}')
    const config = server.next('config')
    await clock.pass(CONFIG_MS)
    ;(await config).reply('{"schedule":{}}')
    server.always.config = '{"schedule":{}}'
    const again = server.next('config')
    await clock.pass(CONFIG_MS) // the previous one has been read by the next refresh
    await again
    await runSchedule({ clock }, 60)
    await clock.pass(LOGGER_MS)
    await clock.pass(LOGGER_MS)
    expect(server.has('log')).toBe(false)
  })
})
