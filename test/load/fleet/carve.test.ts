import { eventually } from '../../support/programs'
import { CARVER_MS, closeAll, DISTRIBUTED_MS, withAgent } from './stage'

afterEach(closeAll)

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const EMPTY_BYTES = 1_024

const orderOf = (condition: string) => `select * from carves where ${condition} and carve = 1`
type Rows = Record<string, string>[]

/** An agent that has run one query. */
async function afterQuery(sql: string, options: Parameters<typeof withAgent>[0] = {}) {
  const stage = await withAgent(options)
  await stage.start()
  const ask = async (id: string, text: string) => {
    ;(await stage.server.next('distributed_read')).reply(JSON.stringify({ queries: { [id]: text } }))
    const write = await stage.server.next('distributed_write')
    write.reply('{}')
    return (write.body.queries as Record<string, Rows>)[id] as Rows
  }
  return { ...stage, ask, rows: await ask('q-9', sql) }
}

describe('carves of a simulated agent', () => {
  test('a file is sent in blocks on the tick, under its own ids', async () => {
    const { server, clock, tally, rows } = await afterQuery(orderOf("path = '/etc/passwd'"))
    expect(rows).toEqual([
      expect.objectContaining({ path: '/etc/passwd', status: 'SCHEDULED', carve: '1', size: '-1' }),
    ])
    expect(server.has('carve_init')).toBe(false)
    await clock.pass(CARVER_MS)
    const begun = await server.next('carve_init')
    const { carve_id, request_id } = begun.body
    const size = 22_016 // header, 20,000 bytes padded to blocks of 512, end
    expect(begun.body).toEqual({
      ...{ block_count: 3, block_size: 8_192, carve_size: size, carve_id, request_id, node_key: 'k-1' },
    })
    expect(rows[0]).toMatchObject({ carve_guid: carve_id, request_id })
    expect(request_id).toMatch(UUID)
    expect(request_id).not.toBe(carve_id)
    begun.reply('{"session_id":"s-1"}')
    const blocks: Buffer[] = []
    for (let id = 0; id < 3; id++) {
      const { body, reply } = await server.next('carve_block')
      const { data, ...rest } = body
      expect(rest).toEqual({ block_id: id, session_id: 's-1', request_id })
      blocks.push(Buffer.from(String(data), 'base64'))
      reply(id ? '{"error":"any JSON will do"}' : '{}')
    }
    expect(blocks.map(({ length }) => length)).toEqual([8_192, 8_192, size - 16_384])
    const archive = Buffer.concat(blocks)
    expect(archive.toString('latin1', 0, 10)).toBe('etc/passwd')
    expect(archive.toString('latin1', 257, 262)).toBe('ustar')
    const sum = archive.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
    expect(Number.parseInt(archive.toString('latin1', 148, 154), 8)).toBe(sum)
    await eventually(() => tally.carves === 1, 'the last block is accepted')
  })

  test('at 4.6 the request id is that of the last distributed query, whichever it was, and the request returns no row', async () => {
    const { server, clock, ask, rows } = await afterQuery(orderOf("path = '/etc/passwd'"), { osqueryVersion: '4.6.0' })
    expect(rows).toEqual([])
    await clock.pass(DISTRIBUTED_MS)
    const [listed] = await ask('tailrace:vitals:uptime', 'select * from carves')
    expect(listed).toMatchObject({ status: 'SCHEDULED', carve: '0' })
    expect(listed).not.toHaveProperty('request_id')
    await clock.pass(CARVER_MS)
    const { body } = await server.next('carve_init')
    expect(body).toMatchObject({ carve_id: listed?.carve_guid, request_id: 'tailrace:vitals:uptime' })
  })

  test('before 4.6 it is sent at once, under the id of the query that requested it', async () => {
    const { server, start } = await withAgent({ osqueryVersion: '4.5.1' })
    await start()
    const order = orderOf("path = '/etc/passwd'")
    ;(await server.next('distributed_read')).reply(JSON.stringify({ queries: { 'q-1': order, 'q-2': 'select 1' } }))
    expect((await server.next('carve_init')).body).toMatchObject({ request_id: 'q-1' })
    expect((await server.next('distributed_write')).body.queries).toMatchObject({ 'q-1': [] })
  })

  test('a pattern needs LIKE; after = it names a missing file, and an empty archive is sent', async () => {
    const { server, clock, ask, rows } = await afterQuery(orderOf("path = '/etc/%'"))
    expect(rows).toEqual([expect.objectContaining({ path: '/etc/%', status: 'SCHEDULED' })])
    await clock.pass(CARVER_MS)
    const empty = await server.next('carve_init')
    expect(empty.body).toMatchObject({ carve_size: EMPTY_BYTES, block_count: 1 })
    empty.reply('{"error":"not today"}')
    await clock.pass(DISTRIBUTED_MS)
    expect(await ask('q-10', orderOf("path like '/none/%'"))).toEqual([])
    await clock.pass(DISTRIBUTED_MS)
    const [found] = await ask('q-11', orderOf("path like '/etc/%%'"))
    expect(found?.path?.split(',')).toEqual(
      expect.arrayContaining(['/etc/hosts', '/etc/passwd', '/etc/ssh/sshd_config']),
    )
    await clock.pass(CARVER_MS)
    expect((await server.next('carve_init')).body).toMatchObject({ carve_id: found?.carve_guid })
  })

  test('with the carver off the table exists, but requests return no rows', async () => {
    const { rows } = await afterQuery(orderOf("path = '/etc/passwd'"), { started: { disable_carver: true } })
    expect(rows).toEqual([])
  })

  test('since 5.22 a response that is not JSON causes up to three attempts, and no block follows a lost one', async () => {
    const { server, clock, tally, agent } = await afterQuery(orderOf("path = '/etc/passwd'"))
    await clock.pass(CARVER_MS)
    ;(await server.next('carve_init')).reply('Bad Gateway', 502)
    await clock.pass(1_000)
    ;(await server.next('carve_init')).reply('{"session_id":"s-1"}')
    for (const ms of [1_000, 4_000]) {
      ;(await server.next('carve_block')).reply('Bad Gateway', 502)
      await clock.pass(ms)
    }
    ;(await server.next('carve_block')).reply('Bad Gateway', 502)
    await eventually(() => clock.waits(CARVER_MS), 'it has given up')
    await agent.stop()
    expect(server.has('carve_block')).toBe(false)
    expect(tally.carves).toBe(0)
  })

  test('before 5.22 nothing is retried, and a lost block is skipped', async () => {
    const { server, clock } = await afterQuery(orderOf("path = '/etc/passwd'"), { osqueryVersion: '5.12.2' })
    await clock.pass(CARVER_MS)
    ;(await server.next('carve_init')).reply('{"session_id":"s-1"}')
    ;(await server.next('carve_block')).reply('Bad Gateway', 502)
    expect((await server.next('carve_block')).body).toMatchObject({ block_id: 1 })
  })

  test.each(['{"session_id":""}', '{"error":"no"}', ''])('without a session there are no blocks: %j', async answer => {
    const { server, clock, agent } = await afterQuery(orderOf("path = '/etc/passwd'"))
    await clock.pass(CARVER_MS)
    ;(await server.next('carve_init')).reply(answer)
    await eventually(() => clock.waits(CARVER_MS), 'it has given up')
    await agent.stop()
    expect(server.has('carve_block')).toBe(false)
    expect(server.has('carve_init')).toBe(false)
  })
})
