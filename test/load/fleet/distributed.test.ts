import { closeAll, DISTRIBUTED_MS, withAgent } from './stage'

afterEach(closeAll)

const asking = (queries: Record<string, unknown>, more = {}) => JSON.stringify({ queries, ...more })

describe('distributed queries of a simulated agent', () => {
  test('run in the order of their ids and are answered in one write', async () => {
    const { server, start } = await withAgent()
    await start()
    const read = await server.next('distributed_read')
    expect(read.body).toEqual({ node_key: 'k-1' })
    read.reply(asking({ 'q-2': 'select name from nope', 'q-10': "select 'x' as a", 'q-1': 'select 1 as n where 1=0' }))
    const write = await server.next('distributed_write')
    expect(Object.entries(write.body.queries ?? {})).toEqual([
      ['q-1', []],
      ['q-10', [{ a: 'x' }]],
      ['q-2', []],
    ])
    expect(write.body.statuses).toEqual({ 'q-1': 0, 'q-10': 0, 'q-2': 1 })
    expect(write.body.messages).toEqual({ 'q-1': '', 'q-10': '', 'q-2': 'no such table: nope' })
    expect(Object.keys(write.body.stats ?? {})).toEqual(['q-1', 'q-10', 'q-2'])
    expect(Object.keys(write.body).at(-1)).toBe('node_key') // the agent adds it last
  })

  test('run one after the other', async () => {
    const { server, start, clock } = await withAgent({ behavior: { delayMs: [500, 500] } })
    await start()
    ;(await server.next('distributed_read')).reply(asking({ a: 'select 1', b: 'select 2' }))
    await clock.pass(500)
    expect(server.has('distributed_write')).toBe(false)
    await clock.pass(500)
    expect(Object.keys((await server.next('distributed_write')).body.queries ?? {})).toEqual(['a', 'b'])
  })

  test('a write that fails three times is kept and sent again with the next results', async () => {
    const { server, start, clock, tally } = await withAgent()
    await start()
    ;(await server.next('distributed_read')).reply(asking({ a: 'select 1' }))
    ;(await server.next('distributed_write')).reply('{"error":"not now"}', 503)
    await clock.pass(1_000)
    ;(await server.next('distributed_write')).reply('Bad Gateway', 502)
    await clock.pass(4_000)
    ;(await server.next('distributed_write')).reply('{"error":"still not"}')
    await clock.pass(DISTRIBUTED_MS)
    ;(await server.next('distributed_read')).reply(asking({ b: 'select 2' }))
    const write = await server.next('distributed_write')
    expect(write.body.queries).toEqual({ a: [{ 1: '1' }], b: [{ 2: '2' }] })
    write.reply('{}')
    await clock.pass(DISTRIBUTED_MS)
    expect(tally.answered).toBe(2)
  })

  test('kept results are sent in the next cycle even without new queries', async () => {
    const { server, start, clock } = await withAgent({ started: { distributed_tls_max_attempts: 1 } })
    await start()
    ;(await server.next('distributed_read')).reply(asking({ a: 'select 1' }))
    ;(await server.next('distributed_write')).reply('{"error":"not now"}')
    await clock.pass(DISTRIBUTED_MS)
    ;(await server.next('distributed_read')).reply('{}')
    expect((await server.next('distributed_write')).body.queries).toEqual({ a: [{ 1: '1' }] })
  })

  test.each([
    ['an empty body', '', 500],
    ['any JSON without an error', '{}', 413],
  ])('%s is a success, whatever the status', async (_, text, status) => {
    const { server, start, clock, tally } = await withAgent()
    await start()
    ;(await server.next('distributed_read')).reply(asking({ a: 'select 1' }))
    ;(await server.next('distributed_write')).reply(text, status)
    await clock.pass(DISTRIBUTED_MS)
    ;(await server.next('distributed_read')).reply('{}')
    await clock.pass(DISTRIBUTED_MS)
    await server.next('distributed_read')
    expect(server.has('distributed_write')).toBe(false)
    expect(tally.answered).toBe(1)
  })

  test('SQL that crashed the worker is denylisted when it comes again, under any id', async () => {
    const behavior = { crashes: 1 }
    const { server, start, clock, tally } = await withAgent({ behavior })
    await start()
    ;(await server.next('distributed_read')).reply(asking({ a: 'select 1', b: 'select 1' }))
    await clock.pass(5_000) // time until the watcher has started another worker
    ;(await server.next('distributed_read')).reply('{}')
    const { queries, statuses, messages, stats } = (await server.next('distributed_write')).body
    expect({ queries, statuses, messages, stats }).toEqual({
      queries: { b: [] }, // a was lost with the worker
      statuses: { b: 1 },
      messages: { b: 'distributed query is denylisted' },
      stats: { b: {} },
    })
    expect(tally).toMatchObject({ crashes: 1, denylisted: 1 })
  })

  test('accelerate shortens the interval if it is an integer, not a string', async () => {
    const { server, start, clock } = await withAgent()
    await start()
    ;(await server.next('distributed_read')).reply('{"accelerate":"60"}')
    await clock.pass(DISTRIBUTED_MS)
    ;(await server.next('distributed_read')).reply('{"accelerate":9}')
    await clock.pass(5_000)
    ;(await server.next('distributed_read')).reply('{}')
    await clock.pass(5_000)
    ;(await server.next('distributed_read')).reply('{}')
    await clock.pass(DISTRIBUTED_MS)
    await server.next('distributed_read')
  })

  test('discovery decides which queries run; a failing one drops the whole response', async () => {
    const { server, start, clock } = await withAgent()
    await start()
    const discovery = { yes: 'select 1 from os_version', no: "select 1 from os_version where platform = 'beos'" }
    ;(await server.next('distributed_read')).reply(
      asking({ yes: 'select 1', no: 'select 2', free: 'select 3' }, { discovery }),
    )
    const write = await server.next('distributed_write')
    expect(Object.keys(write.body.queries ?? {})).toEqual(['free', 'yes'])
    write.reply('{}')
    await clock.pass(DISTRIBUTED_MS)
    ;(await server.next('distributed_read')).reply(
      asking({ a: 'select 1' }, { discovery: { b: 'select 1 from nope' } }),
    )
    await clock.pass(DISTRIBUTED_MS)
    await server.next('distributed_read')
    expect(server.has('distributed_write')).toBe(false)
  })

  test('before 5.8 a matching discovery query excludes queries without one', async () => {
    const { server, start, clock } = await withAgent({ osqueryVersion: '5.7.0' })
    await start()
    const [yes, no] = ['select 1 from os_version', "select 1 from os_version where platform = 'beos'"]
    ;(await server.next('distributed_read')).reply(
      asking({ yes: 'select 1', no: 'select 2', free: 'select 3' }, { discovery: { yes, no } }),
    )
    const write = await server.next('distributed_write')
    expect(Object.keys(write.body.queries ?? {})).toEqual(['yes'])
    write.reply('{}')
    await clock.pass(DISTRIBUTED_MS)
    ;(await server.next('distributed_read')).reply(asking({ no: 'select 2', free: 'select 3' }, { discovery: { no } }))
    expect(Object.keys((await server.next('distributed_write')).body.queries ?? {})).toEqual(['free', 'no'])
  })

  test('an empty query is dropped with all queries after it', async () => {
    const { server, start } = await withAgent()
    await start()
    ;(await server.next('distributed_read')).reply(asking({ c: 'select 1', b: '', a: 'select 2' }))
    expect((await server.next('distributed_write')).body.queries).toEqual({ c: [{ 1: '1' }] })
  })

  test('a silent agent takes queries and continues reading', async () => {
    const { server, start, clock, tally } = await withAgent({ behavior: { silent: true } })
    await start()
    ;(await server.next('distributed_read')).reply(asking({ a: 'select 1' }))
    await clock.pass(DISTRIBUTED_MS)
    await server.next('distributed_read')
    expect(server.has('distributed_write')).toBe(false)
    expect(tally.ignored).toBe(1)
  })

  test('writes are duplicated and truncated if configured', async () => {
    const { server, start, clock } = await withAgent({ behavior: { duplicates: 1, malformed: 1 } })
    await start()
    ;(await server.next('distributed_read')).reply(asking({ a: 'select 1' }))
    const cut = await server.next('distributed_write')
    expect(() => JSON.parse(cut.text)).toThrow()
    cut.reply('{"error":"no JSON"}', 400)
    await clock.pass(1_000)
    const good = await server.next('distributed_write')
    good.reply('{}')
    expect((await server.next('distributed_write')).text).toBe(good.text)
  })

  test('queries fail or return no rows if configured', async () => {
    const { server, start } = await withAgent({ behavior: { errors: 1 } })
    await start()
    ;(await server.next('distributed_read')).reply(asking({ a: 'select 1' }))
    expect((await server.next('distributed_write')).body).toMatchObject({ queries: { a: [] }, statuses: { a: 1 } })
    const none = await withAgent({ behavior: { noRows: 1 } })
    await none.start()
    ;(await none.server.next('distributed_read')).reply(asking({ a: 'select 1' }))
    expect((await none.server.next('distributed_write')).body).toMatchObject({ queries: { a: [] }, statuses: { a: 0 } })
  })

  test('an older agent omits what it does not support', async () => {
    const { server, start } = await withAgent({ osqueryVersion: '4.3.0' })
    await start()
    const read = await server.next('distributed_read')
    expect(read.headers.authorization).toBeUndefined()
    read.reply(asking({ a: 'select 1' }))
    expect(Object.keys((await server.next('distributed_write')).body)).toEqual(['queries', 'statuses', 'node_key'])
  })
})
