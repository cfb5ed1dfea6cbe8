import { eventually } from '../../support/programs'
import { closeAll, withAgent } from './stage'

afterEach(closeAll)

const CARVE = `{"queries":{"q-9":"select * from carves where path = '/etc/passwd' and carve = 1"}}`

describe('carves of a simulated agent', () => {
  test('a file comes in blocks', async () => {
    const { server, start, tally } = await withAgent()
    await start()
    ;(await server.next('distributed_read')).reply(CARVE)
    const begun = await server.next('carve_init')
    const { carve_id } = begun.body
    const size = 22_016 // a head, 20,000 bytes filled up to whole blocks of 512, an end
    expect(begun.body).toEqual({
      ...{ block_count: 3, block_size: 8_192, carve_size: size, carve_id, request_id: 'q-9', node_key: 'k-1' },
    })
    const { queries } = (await server.next('distributed_write')).body as { queries: Record<string, object[]> }
    expect(queries['q-9']).toMatchObject([{ path: '/etc/passwd', status: 'SCHEDULED', carve_guid: carve_id }])
    begun.reply('{"session_id":"s-1"}')
    const blocks: Buffer[] = []
    for (let id = 0; id < 3; id++) {
      const { body, reply } = await server.next('carve_block')
      const { data, ...rest } = body
      expect(rest).toEqual({ block_id: id, session_id: 's-1', request_id: 'q-9' })
      blocks.push(Buffer.from(String(data), 'base64'))
      reply(id ? '{"error":"any JSON will do"}' : '{}')
    }
    expect(blocks.map(({ length }) => length)).toEqual([8_192, 8_192, size - 16_384])
    const archive = Buffer.concat(blocks)
    expect(archive.toString('latin1', 0, 6)).toBe('passwd')
    expect(archive.toString('latin1', 257, 262)).toBe('ustar')
    const sum = archive.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0)
    expect(Number.parseInt(archive.toString('latin1', 148, 154), 8)).toBe(sum)
    await eventually(() => tally.carves === 1, 'the last block is accepted')
  })

  test('without a session there are no blocks; what is no JSON is tried three times', async () => {
    const { server, start, clock, tally } = await withAgent()
    await start()
    ;(await server.next('distributed_read')).reply(CARVE)
    ;(await server.next('carve_init')).reply('Bad Gateway', 502)
    await clock.pass(1_000)
    ;(await server.next('carve_init')).reply('{"session_id":"s-1"}')
    for (const ms of [1_000, 4_000]) {
      ;(await server.next('carve_block')).reply('Bad Gateway', 502)
      await clock.pass(ms)
    }
    ;(await server.next('carve_block')).reply('Bad Gateway', 502)
    const refused = await withAgent()
    await refused.start()
    ;(await refused.server.next('distributed_read')).reply(CARVE)
    ;(await refused.server.next('carve_init')).reply('{"session_id":""}')
    await refused.agent.stop()
    expect(refused.server.has('carve_block')).toBe(false)
    expect(tally.carves).toBe(0)
  })
})
