import { getServers, setServers } from 'node:dns'
import { type Answer, encode } from 'dns-packet'
import { nameServer, RCODE, type Respond } from '../../support/name-server'
import { closeSites, deadPort } from '../../support/sites'
import { down, faultsOf, run } from './run'

const started: Awaited<ReturnType<typeof nameServer>>[] = []
const start = async (respond: Respond, options?: { tcp?: boolean }) => {
  const server = await nameServer(respond, options)
  started.push(server)
  return server
}

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop()
  await closeSites()
})

const name = 'shop.example'
const a = (data: string, ttl = 300): Answer => ({ type: 'A', name, ttl, data })

/** Every type of record: what the server has, what is shown, and other spellings that are expected. */
const RECORDS: [string, Answer[], string[], string[]][] = [
  ['A', [a('192.0.2.1'), a('192.0.2.2', 60)], ['192.0.2.1', '192.0.2.2'], ['192.0.2.2', ' 192.0.2.1 ']],
  ['AAAA', [{ type: 'AAAA', name, data: '2001:db8::1' }], ['2001:db8::1'], ['2001:DB8:0:0::1']],
  ['CNAME', [{ type: 'CNAME', name, data: 'Host.Example' }], ['host.example'], ['host.example.']],
  [
    'MX',
    [
      { type: 'MX', name, data: { preference: 10, exchange: 'mail.example' } },
      { type: 'MX', name, data: { preference: 20, exchange: 'Other.example' } },
    ],
    ['10 mail.example', '20 other.example'],
    ['20 other.example.', '10   MAIL.example'],
  ],
  ['NS', [{ type: 'NS', name, data: 'ns1.example' }], ['ns1.example'], ['NS1.example.']],
  ['TXT', [{ type: 'TXT', name, data: ['v=spf1 ', '-All'] }], ['v=spf1 -All'], ['"v=spf1 " "-All"']],
  [
    'SRV',
    [{ type: 'SRV', name, data: { priority: 0, weight: 5, port: 5060, target: 'Sip.example' } }],
    ['0 5 5060 sip.example'],
    ['0 5 5060 sip.example.'],
  ],
  [
    'SOA',
    [
      {
        type: 'SOA',
        name,
        data: { mname: 'ns1.example', rname: 'admin.example', serial: 7, refresh: 1, retry: 2, expire: 3, minimum: 4 },
      },
    ],
    ['ns1.example admin.example 7 1 2 3 4'],
    ['NS1.example. admin.example.'],
  ],
  [
    'CAA',
    [{ type: 'CAA', name, data: { flags: 0, tag: 'issue', value: 'letsencrypt.org' } }],
    ['0 issue "letsencrypt.org"'],
    ['0 ISSUE letsencrypt.org'],
  ],
  ['PTR', [{ type: 'PTR', name, data: 'host.example' }], ['host.example'], ['Host.example.']],
]

describe.each(['udp', 'tcp'] as const)('over %s', protocol => {
  test.each(RECORDS)('%s records are read and compared', async (type, answers, records, expected) => {
    const server = await start(() => ({ answers }))
    const record_type = type as 'A'
    const { outcome } = await run('dns', 'Shop.example', { server: server.address, record_type, expected, protocol })
    expect(outcome).toMatchObject({
      status: 'up',
      error: null,
      details: { records, rcode: 'NOERROR', server: server.address, protocol },
      phases_ms: { dns: expect.any(Number), first_byte: expect.any(Number) },
    })
    expect(outcome.latency_ms).toBeGreaterThan(0)
    expect(server.asked).toEqual([`${protocol} ${type} shop.example`])
  })

  test.each([
    ['NXDOMAIN', 'dns_nxdomain'],
    ['SERVFAIL', 'dns_servfail'],
    ['REFUSED', 'dns_refused'],
    ['NOTIMP', 'dns_rcode'],
  ] as const)('%s has its code', async (rcode, code) => {
    const server = await start(() => ({ rcode: RCODE[rcode] }))
    const { outcome, logged } = await run('dns', name, { server: server.address, protocol })
    expect(outcome).toMatchObject(down(code, { details: { rcode, records: [] } }))
    expect(logged.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining(rcode) })
  })

  test('a server that does not answer, or has gone', async () => {
    const server = await start(() => ({ raw: () => [] }))
    const silent = await run('dns', name, { server: server.address, protocol }, { timeoutMs: 300 })
    expect(silent.outcome).toMatchObject({ status: 'down', error: { code: 'dns_timeout', phase: 'first_byte' } })
    const gone = await run('dns', name, { server: `127.0.0.1:${await deadPort()}`, protocol })
    expect(gone.outcome).toMatchObject(down('connection_refused'))
  })

  test('an answer that is not DNS', async () => {
    const server = await start(() => ({
      raw: (_query, message) => [Buffer.concat([message.subarray(0, 6), Buffer.from([0, 9]), message.subarray(8)])],
    }))
    const { outcome } = await run('dns', name, { server: server.address, protocol })
    expect(outcome).toMatchObject(down('dns_answer_invalid'))
  })
})

test('the smallest time to live and the serial number are reported', async () => {
  const server = await start(({ type }) => ({
    answers:
      type === 'A'
        ? [a('192.0.2.1'), a('192.0.2.2', 60)]
        : RECORDS.flatMap(([is, answers]) => (is === type ? answers : [])),
  }))
  const { outcome } = await run('dns', name, { server: server.address })
  expect(outcome.details).toMatchObject({ ttl: 60, serial: null })
  const soa = await run('dns', name, { server: server.address, record_type: 'SOA' })
  expect(soa.outcome.details).toMatchObject({ serial: 7 })
})

test('the error names the values that are missing and those that are not expected', async () => {
  const server = await start(() => ({ answers: [a('192.0.2.1'), a('192.0.2.9')] }))
  const { outcome } = await run('dns', name, { server: server.address, expected: ['192.0.2.1', '192.0.2.2'] })
  expect(outcome).toMatchObject(down('dns_records_unexpected'))
  expect(outcome.error).toEqual({
    code: 'dns_records_unexpected',
    message: 'The A records are not those expected; missing: 192.0.2.2; not expected: 192.0.2.9',
  })
})

test('a name without records of the type', async () => {
  const server = await start(() => ({ answers: [{ type: 'MX', name, data: { exchange: 'mail.example' } }] }))
  const { outcome } = await run('dns', name, { server: server.address })
  expect(outcome).toMatchObject(down('dns_no_records', { details: { rcode: 'NOERROR' } }))
})

test('aliases are followed within the answer, and records of other names do not count', async () => {
  const server = await start(() => ({
    answers: [
      { type: 'CNAME', name, data: 'Alias.example' },
      { type: 'CNAME', name: 'alias.example', data: 'host.example' },
      { type: 'A', name: 'HOST.example', data: '192.0.2.1' },
      { type: 'A', name: 'evil.example', data: '192.0.2.66' },
    ],
  }))
  const { outcome } = await run('dns', name, { server: server.address })
  expect(outcome).toMatchObject({ status: 'up', details: { records: ['192.0.2.1'] } })
})

test('an address stands for its name below in-addr.arpa or ip6.arpa', async () => {
  const server = await start(({ name: asked }) => ({ answers: [{ type: 'PTR', name: asked, data: 'host.example' }] }))
  for (const target of ['192.0.2.17', '2001:db8::1', '[2001:db8::1]']) {
    const { outcome } = await run('dns', target, { server: server.address, record_type: 'PTR' })
    expect(outcome).toMatchObject({ status: 'up', details: { records: ['host.example'] } })
  }
  const v6 = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`
  expect(server.asked).toEqual(['udp PTR 17.2.0.192.in-addr.arpa', `udp PTR ${v6}`, `udp PTR ${v6}`])
})

test('an international name and the root can be asked for', async () => {
  const server = await start(({ name: asked }) => ({ answers: [{ type: 'NS', name: asked, data: 'ns.example' }] }))
  for (const target of ['bücher.example', '.']) {
    expect((await run('dns', target, { server: server.address, record_type: 'NS' })).outcome.status).toBe('up')
  }
  expect(server.asked).toEqual(['udp NS xn--bcher-kva.example', 'udp NS .'])
})

test('a truncated answer is asked for again over TCP', async () => {
  const many = Array.from({ length: 200 }, (_, i) => a(`192.0.2.${i}`))
  const server = await start(() => ({ answers: many, truncated: true }))
  const { outcome, steps } = await run('dns', name, { server: server.address })
  expect(outcome).toMatchObject({ status: 'up', details: { protocol: 'tcp' } })
  expect(outcome.details.records).toHaveLength(100)
  expect(server.asked).toEqual(['udp A shop.example', 'tcp A shop.example'])
  expect(steps).toEqual(['dns', 'first byte', 'connect', 'first byte'])
  const half = await start(() => ({ answers: many, truncated: true }), { tcp: false })
  expect((await run('dns', name, { server: half.address })).outcome).toMatchObject({
    status: 'down',
    error: { code: 'dns_truncated', message: expect.stringContaining('over TCP') },
  })
})

test('what does not belong to the query is ignored', async () => {
  const forged = (id: number, asked: string, type: 'A' | 'AAAA' = 'A') =>
    encode({
      type: 'response',
      id,
      questions: [{ name: asked, type, class: 'IN' }],
      answers: [{ type: 'A', name: asked, data: '192.0.2.66' }],
    })
  const server = await start(() => ({
    answers: [a('192.0.2.1')],
    raw: ({ id = 0, questions }, message) => [
      Buffer.from('x'),
      forged((id + 1) % 0x10000, name),
      forged(id, 'other.example'),
      forged(id, name, 'AAAA'),
      encode({ type: 'query', id, questions }),
      message,
    ],
  }))
  const { outcome } = await run('dns', name, { server: server.address })
  expect(outcome).toMatchObject({ status: 'up', details: { records: ['192.0.2.1'] } })
  const over = await run('dns', name, { server: server.address, protocol: 'tcp' })
  expect(over.outcome).toMatchObject(down('dns_answer_invalid'))
})

test('a lost query is repeated', async () => {
  const server = await start((_question, _transport, count) =>
    count === 1 ? { raw: () => [] } : { answers: [a('192.0.2.1')] },
  )
  const { outcome } = await run('dns', name, { server: server.address })
  expect(outcome.status).toBe('up')
  expect(server.asked).toHaveLength(2)
})

describe('without an own name server', () => {
  const systems = getServers()
  afterEach(() => setServers(systems))

  test('those of the system are asked in turn, although they are private', async () => {
    const server = await start(() => ({ answers: [a('192.0.2.1')] }))
    setServers([`127.0.0.1:${await deadPort()}`, server.address])
    for (const protocol of ['udp', 'tcp'] as const) {
      const { outcome } = await run('dns', name, { protocol }, { allow: [] })
      expect(outcome).toMatchObject({
        status: 'up',
        details: { server: server.address },
        phases_ms: { dns: null },
        warnings: [{ code: 'address_failed', message: expect.stringContaining('trying 127.0.0.1') }],
      })
    }
  })
})

test('an own name server is reached only if the guard allows it', async () => {
  const server = await start(() => ({ answers: [a('192.0.2.1')] }))
  const lookup = async () => [{ address: '127.0.0.1' }]
  for (const protocol of ['udp', 'tcp'] as const) {
    for (const host of ['127.0.0.1', 'ns.example']) {
      const { outcome } = await run('dns', name, { server: `${host}:${server.port}`, protocol }, { allow: [], lookup })
      expect(outcome).toMatchObject({ status: 'down', error: { code: 'blocked_address', phase: 'dns' } })
    }
  }
  expect(server.asked).toEqual([])
  const named = await run('dns', name, { server: `ns.example:${server.port}` }, { lookup })
  expect(named.outcome).toMatchObject({ status: 'up', details: { server: server.address } })
})

test('a cancelled check rejects with the reason', async () => {
  const controller = new AbortController()
  const reason = new Error('cancelled')
  const server = await start(() => ({
    raw: () => {
      controller.abort(reason)
      return []
    },
  }))
  for (const protocol of ['udp', 'tcp'] as const) {
    const check = run('dns', name, { server: server.address, protocol }, { signal: controller.signal })
    await expect(check).rejects.toBe(reason)
  }
})

test('faults name the target and the settings', () => {
  expect(faultsOf('dns', 'shop.example', {})).toEqual([])
  expect(faultsOf('dns', '_dmarc.shop.example', { record_type: 'TXT', expected: 'v=DMARC1' })).toEqual([])
  for (const target of [
    '',
    'a..b',
    'https://shop.example',
    'shop.example:53',
    'two words',
    '192.0.2.1',
    'x'.repeat(64),
  ])
    expect([target, faultsOf('dns', target, {})]).toEqual([target, ['target']])
  for (const server of ['ns.example', 'ns.example:5353', '192.0.2.1', '2001:db8::1', '[2001:db8::1]:53'])
    expect([server, faultsOf('dns', name, { server })]).toEqual([server, []])
  for (const server of ['ns.example:0', 'ns.example:x', '2001:db8::1:53000', 'udp://ns.example', '[::1'])
    expect([server, faultsOf('dns', name, { server })]).toEqual([server, ['settings.server']])
  const wrong = { A: '::1', AAAA: '192.0.2.1', MX: 'mail.example', SRV: '1 2 host', CAA: 'ca.example', NS: 'two names' }
  for (const [type, expected] of Object.entries(wrong))
    expect([type, faultsOf('dns', name, { record_type: type as 'A', expected })]).toEqual([type, ['settings.expected']])
  expect(faultsOf('dns', name, { expected: [] })).toEqual(['settings.expected'])
})
