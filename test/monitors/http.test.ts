import { gzipSync } from 'node:zlib'
import { createOutbound } from '../../src/base/outbound'
import { checkHttp } from '../../src/monitors'
import { closeSites, deadPort, httpSite, tcpSite } from '../support/sites'
import { check } from './check'

afterEach(closeSites)

const down = (code: string, rest: object = {}) => ({
  status: 'down',
  error: { code, message: expect.any(String) },
  ...rest,
})
const MIB = 1024 * 1024

describe('a server that answers', () => {
  test('is up, with all phases in order, each logged when it ends, and times that add up', async () => {
    const site = await httpSite((_request, response) => void response.end('hello'))
    const { outcome, steps, logged } = await check(site.url('/path?x=1'))
    expect(outcome).toMatchObject({
      status: 'up',
      status_code: 200,
      bytes: 5,
      truncated: false,
      tls: null,
      redirects: [],
      error: null,
      url: site.url('/path?x=1'),
    })
    expect(steps).toEqual(['dns', 'connect', 'first byte', 'transfer'])
    expect(logged.map(line => line.step)).toEqual([...steps, undefined])
    expect(logged.at(-1)?.message).toMatch(/^up: 200 in /)
    const { tls, ...rest } = outcome.phases_ms
    expect(tls).toBeNull()
    const sum = Object.values(rest).reduce<number>((total, ms) => total + (ms ?? Number.NaN), 0)
    expect(sum).toBeGreaterThan(0)
    expect(sum).toBeCloseTo(outcome.latency_ms, 1) // two decimals each
  })

  test('receives the method and headers of the check, one request per connection', async () => {
    const seen: object[] = []
    const site = await httpSite((request, response) => {
      seen.push({ method: request.method, ...request.headers })
      response.end()
    })
    await check(site.url(), { method: 'POST', headers: { Accept: 'text/plain', 'X-Probe': 'a b' } })
    expect(seen).toEqual([
      {
        method: 'POST',
        host: `localhost:${site.port}`,
        connection: 'close',
        'content-length': '0',
        'user-agent': 'Tailrace-HealthCheck',
        'accept-encoding': 'gzip, deflate, br',
        accept: 'text/plain',
        'x-probe': 'a b',
      },
    ])
  })

  test.each([
    [204, undefined, 'up'],
    [299, undefined, 'up'],
    [304, undefined, 'down'],
    [500, undefined, 'down'],
    [404, 404, 'up'],
    [200, 404, 'down'],
    [503, [200, '500-599'], 'up'],
    [301, '200-299, 301', 'up'],
    [999, undefined, 'down'],
    [999, 999, 'up'],
    [600, '200-299, 600-699', 'up'],
  ] as const)('%i with expect_status %j is %s', async (status, expected, verdict) => {
    const site = await httpSite((_request, response) => void response.writeHead(status).end())
    const expect_status = typeof expected === 'object' ? [...expected] : expected
    const { outcome } = await check(site.url(), { expect_status })
    expect(outcome).toMatchObject({ status: verdict, status_code: status })
    expect(outcome.error?.code).toBe(verdict === 'up' ? undefined : 'status_unexpected')
    expect(outcome.phases_ms.transfer).not.toBeNull()
  })

  test('may answer HEAD with the headers of a compressed body', async () => {
    const site = await httpSite(
      (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(),
    )
    expect((await check(site.url(), { method: 'HEAD' })).outcome).toMatchObject({ status: 'up', bytes: 0 })
  })

  test('may send interim responses first', async () => {
    const site = await tcpSite(socket =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
      ),
    )
    expect((await check(site.url())).outcome).toMatchObject({ status: 'up', status_code: 200, bytes: 2 })
  })
})

describe('bodies', () => {
  test('are read up to 1 MiB', async () => {
    let closed = () => {}
    const broken = new Promise<void>(resolve => {
      closed = resolve
    })
    const site = await httpSite((_request, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536))) {}
      }
      response.on('drain', more)
      response.on('close', closed)
      more()
    })
    expect((await check(site.url())).outcome).toMatchObject({ status: 'up', bytes: MIB, truncated: true })
    await broken
  })

  test('are measured after decompression, even decompression bombs', async () => {
    const small = await httpSite((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(5_000))),
    )
    expect((await check(small.url())).outcome).toMatchObject({ status: 'up', bytes: 5_000, truncated: false })
    const bomb = await httpSite((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64 * MIB))),
    )
    expect((await check(bomb.url())).outcome).toMatchObject({ status: 'up', bytes: MIB, truncated: true })
  })

  test.each(['gzip', 'br'])('that claim to be %s but are not are invalid', async coding => {
    const site = await httpSite(
      (_request, response) => void response.writeHead(200, { 'content-encoding': coding }).end('<p>not compressed</p>'),
    )
    expect((await check(site.url())).outcome).toMatchObject(down('response_invalid', { status_code: 200 }))
  })

  test.each([
    ['a length', 'Content-Length: 10\r\n\r\nfive!', 'after 5 of 10 bytes of the body'],
    ['the last chunk', 'Transfer-Encoding: chunked\r\n\r\n5\r\nfive!\r\n', 'after 5 bytes, before the last chunk'],
    ['the end of a chunk', 'Transfer-Encoding: chunked\r\n\r\n9\r\nfive!', 'after 5 bytes, before the last chunk'],
  ])('that end before %s are incomplete', async (_what, rest, message) => {
    const site = await tcpSite(socket => socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${rest}`)))
    const { outcome } = await check(site.url())
    expect(outcome).toMatchObject(down('body_incomplete', { status_code: 200 }))
    expect(outcome.error).toMatchObject({ phase: 'transfer', message: expect.stringContaining(message) })
  })

  test('that are cut off by a reset report the reset', async () => {
    let reset = () => {}
    const site = await tcpSite(socket => {
      reset = () => socket.resetAndDestroy()
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!'))
    })
    const outcome = await checkHttp(
      { url: site.url(), method: 'GET', headers: {}, timeout_ms: 10_000, follow_redirects: true },
      {
        signal: new AbortController().signal,
        outbound: createOutbound({ allow: ['private'] }),
        trace: {
          step(name, work) {
            if (name === 'transfer') reset() // the head has been read by then
            return work()
          },
          log: () => undefined,
        },
      },
    )
    expect(outcome).toMatchObject(down('connection_reset', { status_code: 200 }))
  })

  test.each(['zz', '0x5', '', 'fffffffffffffffff', '-1'])('with the chunk size %j are invalid', async size => {
    const bytes = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\nfive!\r\n0\r\n\r\n`
    const site = await tcpSite(socket => socket.once('data', () => socket.end(bytes)))
    const { outcome } = await check(site.url())
    expect(outcome).toMatchObject(down('response_invalid', { status_code: 200 }))
    expect(outcome.error?.message).toContain(`A chunk size is ${JSON.stringify(size)}`)
  })

  test('with a chunk longer than its size are invalid', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nfive!\r\n0\r\n\r\n'
    const site = await tcpSite(socket => socket.once('data', () => socket.end(bytes)))
    expect((await check(site.url())).outcome).toMatchObject(down('response_invalid', { status_code: 200 }))
  })

  test('end the check without waiting for the connection to close', async () => {
    for (const rest of ['Content-Length: 2\r\n\r\nok', 'Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n']) {
      const site = await tcpSite(socket => void socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n${rest}`)))
      expect((await check(site.url())).outcome).toMatchObject({ status: 'up', bytes: 2 })
    }
  })
})

describe('a failing server', () => {
  test('that does not listen', async () => {
    const { outcome, logged } = await check(`http://127.0.0.1:${await deadPort()}/`)
    expect(outcome).toMatchObject(down('connection_refused', { status_code: null }))
    expect(outcome.phases_ms).toMatchObject({ first_byte: null, transfer: null, connect: expect.any(Number) })
    expect(logged.map(({ level, step }) => [level, step])).toEqual([
      ['info', 'dns'],
      ['error', 'connect'],
      ['error', undefined],
    ])
  })

  test('whose first address is unreachable is reached at the next, and the log says so', async () => {
    const site = await httpSite((_request, response) => void response.end())
    const lookup = async () => [{ address: '127.0.0.2' }, { address: '127.0.0.1' }]
    const { outcome, logged } = await check(`http://two.example:${site.port}/`, {}, { lookup })
    expect(outcome.status).toBe('up')
    expect(logged).toContainEqual({
      level: 'warn',
      step: 'connect',
      message: expect.stringMatching(/refused.*trying 127\.0\.0\.1/),
    })
  })

  test.each([
    ['closes at once', '', 'response_empty'],
    ['speaks another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', 'response_invalid'],
    ['speaks HTTP/0.9', '<p>old</p>', 'response_invalid'],
    ['speaks HTTP/2', '\0\0\x12\x04\0\0\0\0\0', 'response_invalid'],
    ['sends a NUL byte', 'HTTP/1.1 200 OK\r\nX-A: \0\r\n\r\n', 'response_invalid'],
    ['sends a status below 100', 'HTTP/1.1 099 Low\r\n\r\n', 'response_invalid'],
    ['sends a status above 999', 'HTTP/1.1 1000 High\r\n\r\n', 'response_invalid'],
    ['sends only interim responses', 'HTTP/1.1 103 Hints\r\n\r\n'.repeat(60), 'response_invalid'],
    ['sends two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 'response_invalid'],
    [
      'changes the protocol',
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
      'status_unexpected',
    ],
    ['sends a huge head', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(300_000)}\r\n\r\n`, 'response_invalid'],
    ['ends in the head', 'HTTP/1.1 200 OK\r\nContent-', 'response_incomplete'],
  ])('that %s', async (_what, bytes, code) => {
    const site = await tcpSite(socket => socket.once('data', () => socket.end(bytes)))
    expect((await check(site.url())).outcome).toMatchObject(down(code))
  })

  test('that speaks another protocol and waits is detected at once', async () => {
    const site = await tcpSite(socket => void socket.write('220 mail.example ESMTP\r\n'))
    const { outcome } = await check(site.url())
    expect(outcome.error).toMatchObject({ code: 'response_invalid', phase: 'first_byte' })
    expect(outcome.error?.message).toContain('"220 mail.example ESMTP"')
  })

  test('that resets the connection', async () => {
    const site = await tcpSite(socket => socket.once('data', () => socket.resetAndDestroy()))
    expect((await check(site.url())).outcome).toMatchObject(down('connection_reset'))
  })

  test.each([
    ['never answers', '', 'first_byte'],
    ['never ends its head', 'HTTP/1.1 200 OK\r\nX-A: b\r\n', 'first_byte'],
    ['never ends its body', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc', 'transfer'],
    ['sends only interim responses', 'HTTP/1.1 102 Processing\r\n\r\n', 'first_byte'],
  ])('that %s times out, and the error names the phase', async (_what, bytes, phase) => {
    const site = await tcpSite(socket => void socket.once('data', () => socket.write(bytes)))
    const { outcome } = await check(site.url(), { timeout_ms: 500 })
    expect(outcome).toMatchObject({ status: 'down', error: { code: 'timeout', phase } })
  })

  test('that sends byte after byte times out, too', async () => {
    const site = await httpSite((_request, response) => {
      const beat = setInterval(() => response.write('.'), 10)
      response.on('close', () => clearInterval(beat))
    })
    expect((await check(site.url(), { timeout_ms: 500 })).outcome).toMatchObject(down('timeout', { status_code: 200 }))
  })

  test('whose name does not exist', async () => {
    const { outcome, steps } = await check('http://tailrace.invalid/')
    expect(outcome).toMatchObject(down(outcome.error?.code ?? ''))
    expect(outcome.error?.code).toMatch(/^dns_/)
    expect(steps).toEqual(['dns'])
  })

  test('a cancelled check has no outcome: it rejects with the reason and closes the connection', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    const gone = new Promise<void>(resolve => {
      void tcpSite(socket => {
        socket.once('data', () => controller.abort(reason))
        socket.once('close', () => resolve())
      }).then(site => {
        running = check(site.url(), {}, { signal: controller.signal })
        running.catch(() => {})
        ready()
      })
    })
    let ready = () => {}
    let running: Promise<unknown> = Promise.resolve()
    await new Promise<void>(resolve => {
      ready = resolve
    })
    await expect(running).rejects.toBe(reason)
    await gone
  })
})
