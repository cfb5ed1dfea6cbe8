import { identity } from '../../support/certificates'
import { CONFIG_MS, closeAll, DISTRIBUTED_MS, withAgent } from './stage'

afterEach(closeAll)

describe('the remote API as a simulated agent uses it', () => {
  test('a host enrols with its details, then sends its key', async () => {
    const { server, start, host } = await withAgent()
    const enrolled = server.next('enroll')
    await start()
    const { body, headers, reply } = await enrolled
    expect(headers).toMatchObject({ 'user-agent': 'osquery/5.23.1', accept: 'application/json' })
    expect(body).toMatchObject({
      ...{ enroll_secret: 's3cret', host_identifier: host.identifier },
      host_details: {
        os_version: { name: host.osName, platform: host.platform },
        osquery_info: { version: '5.23.1', instance_id: host.instanceId },
        system_info: { uuid: host.identifier, hostname: host.hostname },
        platform_info: { vendor: host.hardwareVendor },
      },
    })
    reply('{"node_key":"k-7"}')
    const read = await server.next('distributed_read')
    expect(read.body.node_key).toBe('k-7')
    expect(read.headers.authorization).toBe('NodeKey k-7')
  })

  test('enrolment is retried n² seconds later; any key is accepted, also as `id`', async () => {
    const { server, start, clock, tally } = await withAgent()
    const first = server.next('enroll')
    await start()
    ;(await first).reply('Bad Gateway', 502)
    for (const [ms, text] of [
      [1_000, '{"error":"no"}'],
      [4_000, ''],
      [9_000, '{"id":"k-9"}'],
    ] as const) {
      const again = server.next('enroll')
      await clock.pass(ms)
      ;(await again).reply(text)
    }
    expect((await server.next('distributed_read')).body.node_key).toBe('k-9')
    expect(tally).toMatchObject({ enrolled: 1, enrolments: 1 })
  })

  test('a refused key is discarded, and the host enrols again within the same attempts', async () => {
    const { server, start, clock } = await withAgent()
    await start()
    const read = await server.next('distributed_read')
    server.always.enroll = '{"node_key":"k-2"}'
    read.reply('{"node_invalid":true}')
    await clock.pass(1_000)
    expect((await server.next('distributed_read')).body.node_key).toBe('k-2')
  })

  test('threads that lose the key at the same time enrol once', async () => {
    const { server, start, clock, tally } = await withAgent()
    await start()
    const read = await server.next('distributed_read')
    read.reply('{"node_invalid":true}')
    server.always.config = '{"node_invalid":true}'
    await clock.pass(CONFIG_MS)
    const enrolled = server.next('enroll')
    await clock.pass(1_000)
    await clock.pass(1_000)
    server.always.config = '{}'
    ;(await enrolled).reply('{"node_key":"k-2"}')
    expect((await server.next('distributed_read')).body.node_key).toBe('k-2')
    expect(tally.enrolments).toBe(2)
  })

  test('a node_invalid string does not invalidate the key', async () => {
    const { server, start, clock } = await withAgent()
    await start()
    ;(await server.next('distributed_read')).reply('{"node_invalid":"true"}')
    await clock.pass(DISTRIBUTED_MS)
    expect((await server.next('distributed_read')).body.node_key).toBe('k-1')
  })

  test('after a broken connection the request is repeated once, at once, on a new one', async () => {
    const { server, start, clock, tally } = await withAgent()
    await start()
    ;(await server.next('distributed_read')).reply('{"queries":{"a":"select 1"}}')
    const first = await server.next('distributed_write')
    first.hangUp()
    const second = await server.next('distributed_write')
    expect(second.text).toBe(first.text)
    expect(second.connection).not.toBe(first.connection)
    second.hangUp()
    await clock.pass(1_000) // the first regular attempt has failed
    ;(await server.next('distributed_write')).reply('{}')
    await clock.pass(DISTRIBUTED_MS)
    expect(tally).toMatchObject({ resends: 1, failures: 1, answered: 1 })
  })

  test('requests share keep-alive connections', async () => {
    const { server, start, clock } = await withAgent()
    await start()
    const first = await server.next('distributed_read')
    first.reply('{}')
    await clock.pass(DISTRIBUTED_MS)
    expect((await server.next('distributed_read')).connection).toBe(first.connection)
  })

  test('a request times out after 16 s', async () => {
    const { server, start, clock, tally } = await withAgent()
    await start()
    await server.next('distributed_read')
    await clock.pass(16_000)
    await clock.pass(1_000)
    await server.next('distributed_read')
    expect(tally).toMatchObject({ failures: 1, resends: 0 })
  })

  test('a redirect is a failure', async () => {
    const { server, start, clock, tally } = await withAgent()
    await start()
    ;(await server.next('distributed_read')).reply('', 304)
    await clock.pass(1_000)
    await server.next('distributed_read')
    expect(tally.lastFailure).toBe('distributed_read: redirected with 304')
  })

  test('options of the configuration are applied, except command-line flags', async () => {
    const { server, start, clock } = await withAgent({ started: { config_refresh: 43 } })
    server.always.config =
      '{"options":{"distributed_interval":"23","config_refresh":29,"config_accelerated_refresh":31,"unknown":1,"logger_event_type":[]}}'
    await start()
    ;(await server.next('distributed_read')).reply('{}')
    await clock.pass(23_000)
    await server.next('distributed_read')
    const again = server.next('config')
    await clock.pass(43_000)
    ;(await again).reply('{"error":"not now"}')
    for (const ms of [1_000, 4_000]) {
      const retry = server.next('config')
      await clock.pass(ms)
      ;(await retry).reply('{"error":"not now"}')
    }
    await clock.pass(30_000) // config_accelerated_refresh from the command line, after a failure
  })

  test('an offline host enrols and never comes back', async () => {
    const { start, agent, tally } = await withAgent({ behavior: { offline: true } })
    await start()
    await agent.ended
    expect(tally).toMatchObject({ enrolled: 1, requests: 1 })
  })

  test('stop ends a held read', async () => {
    const { server, start, agent, tally } = await withAgent()
    await start()
    await server.next('distributed_read')
    expect(tally.heldReads).toBe(1)
    await agent.stop()
    expect(tally).toMatchObject({ heldReads: 0, failures: 0, resends: 0 })
  })

  test('TLS with the given CA', async () => {
    const authority = await identity({ name: 'Test authority', authority: true })
    const own = await identity({ name: '127.0.0.1', by: authority, hosts: ['127.0.0.1'] })
    const trusting = await withAgent({ identity: { cert: own.cert, key: own.key, ca: authority.cert } })
    await trusting.start()
    await trusting.server.next('distributed_read')

    const other = await identity({ name: 'Another authority', authority: true })
    const wary = await withAgent({ identity: { cert: own.cert, key: own.key, ca: other.cert } })
    await wary.start()
    await wary.clock.pass(1_000)
    expect(wary.tally).toMatchObject({ enrolled: 0, failures: 1 })
  })
})
