import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { type Identity, identity } from '../../support/certificates'
import { closeSites, deadPort, tcpSite, tlsSite } from '../../support/sites'
import { type Script, talker } from '../../support/talkers'
import { down, faultsOf, run } from './run'

let root: Identity
let leaf: Identity
const trusted = () => ({ roots: [root.cert] })
const mailServers: SMTPServer[] = []

beforeAll(async () => {
  root = await identity({ name: 'Test Root', authority: true })
  leaf = await identity({ name: 'leaf', by: root, hosts: ['localhost'] })
})
afterEach(async () => {
  await closeSites()
  await Promise.all(mailServers.splice(0).map(server => new Promise<void>(resolve => server.close(resolve))))
})

describe('connecting', () => {
  test('is enough if nothing is expected', async () => {
    const site = await tcpSite(() => {})
    const { outcome, steps } = await run('tcp', `localhost:${site.port}`, { ip_family: '4' })
    expect(outcome).toMatchObject({
      status: 'up',
      tls: null,
      answer: null,
      details: { address: '127.0.0.1' },
      phases_ms: { dns: expect.any(Number), connect: expect.any(Number), tls: null, first_byte: null },
    })
    expect(steps).toEqual(['dns', 'connect'])
  })

  test('is refused, blocked, or of the wrong family', async () => {
    const dead = await run('tcp', `127.0.0.1:${await deadPort()}`, {})
    expect(dead.outcome).toMatchObject({ status: 'down', error: { code: 'connection_refused', phase: 'connect' } })
    const blocked = await run('tcp', '127.0.0.1:80', {}, { allow: [] })
    expect(blocked.outcome).toMatchObject({ status: 'down', error: { code: 'blocked_address', phase: 'dns' } })
    const other = await run('tcp', '127.0.0.1:80', { ip_family: '6' })
    expect(other.outcome).toMatchObject(down('dns_not_found'))
  })

  test('goes to the next address if one refuses', async () => {
    const site = await tcpSite(() => {})
    const lookup = async () => [{ address: '127.0.0.2' }, { address: '127.0.0.1' }]
    const { outcome } = await run('tcp', `two.example:${site.port}`, {}, { lookup })
    expect(outcome).toMatchObject({
      status: 'up',
      details: { address: '127.0.0.1' },
      warnings: [{ code: 'address_failed', message: expect.stringContaining('trying 127.0.0.1') }],
    })
  })
})

describe('what is sent and expected', () => {
  test('a banner', async () => {
    const site = await tcpSite(socket => void socket.write('SSH-2.0-OpenSSH_9.2\r\n'))
    const { outcome, steps } = await run('tcp', `127.0.0.1:${site.port}`, { expect: '^SSH-2\\.0-' })
    expect(outcome).toMatchObject({ status: 'up', details: { bytes: 21 }, answer: null })
    expect(outcome.phases_ms.first_byte).toBeGreaterThan(0)
    expect(steps).toEqual(['dns', 'connect', 'first byte'])
  })

  test('escapes become bytes, and the answer may come in pieces', async () => {
    let received = Buffer.alloc(0)
    const site = await tcpSite(socket =>
      socket.on('data', (bytes: Buffer) => {
        received = Buffer.concat([received, bytes])
        if (!received.includes('\n')) return
        socket.write('+PO')
        setImmediate(() => socket.write('NG\r\n'))
      }),
    )
    const send = 'P\\x49NG\\t\\\\ é\\x00\\xff\\r\\n'
    const { outcome, logged } = await run('tcp', `127.0.0.1:${site.port}`, { send, expect: '\\+PONG\\r\\n$' })
    expect(outcome).toMatchObject({ status: 'up', details: { bytes: 7 } })
    expect(received).toEqual(Buffer.from('50494e47095c20c3a900ff0d0a', 'hex'))
    expect(logged.map(({ message }) => message)).toContain('sent 13 bytes')
  })

  test('sending alone', async () => {
    const got = new Promise<string>(resolve => {
      void tcpSite(socket => socket.once('data', bytes => resolve(String(bytes)))).then(site =>
        run('tcp', `127.0.0.1:${site.port}`, { send: 'QUIT\\r\\n' }),
      )
    })
    expect(await got).toBe('QUIT\r\n')
  })

  test.each([
    ['closes', 'answer_unexpected', '-ERR no\0\r\n', true, 30_000],
    ['waits', 'answer_unexpected', '-ERR no\0\r\n', false, 500],
    ['closes without a word', 'response_empty', '', true, 30_000],
    ['says nothing', 'timeout', '', false, 500],
  ])('a server that %s', async (_what, code, text, ends, timeoutMs) => {
    const site = await tcpSite(socket => {
      if (text) socket.write(text)
      if (ends) socket.end()
    })
    const { outcome } = await run('tcp', `127.0.0.1:${site.port}`, { expect: '^\\+OK' }, { timeoutMs })
    expect(outcome).toMatchObject({ status: 'down', error: { code, phase: 'first_byte' } })
    expect(outcome.answer).toEqual(text ? { headers: {}, body: '-ERR no\ufffd\r\n', truncated: false } : null)
    if (text) expect(outcome.error?.message).toContain('"-ERR no')
  })

  test('a reset is reported as such', async () => {
    const site = await tcpSite(socket => socket.once('data', () => socket.resetAndDestroy()))
    const { outcome } = await run('tcp', `127.0.0.1:${site.port}`, { send: 'x', expect: 'y' })
    expect(outcome).toMatchObject(down('connection_reset'))
  })

  test('no more than 64 KiB are read, of which the beginning is kept', async () => {
    const site = await tcpSite(socket => {
      const pour = () => {
        while (socket.writable && socket.write('x'.repeat(10_000)));
      }
      socket.on('drain', pour)
      pour()
    })
    const { outcome } = await run('tcp', `127.0.0.1:${site.port}`, { expect: 'y' })
    expect(outcome).toMatchObject(down('answer_unexpected'))
    expect(outcome.answer).toEqual({ headers: {}, body: 'x'.repeat(4_096), truncated: true })
  })

  test('an answer that comes byte by byte is found, however long', async () => {
    const site = await tcpSite(socket => {
      socket.setNoDelay(true)
      let sent = 0
      const next = () => {
        if (!socket.writable) return
        socket.write(sent++ < 1_500 ? 'x' : 'END', next)
      }
      next()
    })
    const { outcome } = await run('tcp', `127.0.0.1:${site.port}`, { expect: 'xEND' })
    expect(outcome.status).toBe('up')
  })

  test('over TLS, whose certificate is checked', async () => {
    const options = { cert: leaf.cert, key: leaf.key }
    const site = await tlsSite(options, socket => socket.on('data', bytes => socket.write(`echo ${bytes}`)))
    const settings = { tls: 'tls', send: 'hi', expect: '^echo hi$' } as const
    const { outcome, steps } = await run('tcp', `localhost:${site.port}`, settings, trusted())
    expect(outcome).toMatchObject({ status: 'up', tls: { valid: true, subject: 'leaf', problems: [] } })
    expect(steps).toEqual(['dns', 'connect', 'tls', 'first byte'])
    const distrusted = await run('tcp', `localhost:${site.port}`, settings)
    expect(distrusted.outcome).toMatchObject({ status: 'down', tls: { valid: false }, error: { phase: 'tls' } })
  })

  test('a cancelled check rejects with the reason and closes the connection', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled')
    let closed: Promise<unknown> | undefined
    const site = await tcpSite(socket => {
      closed = once(socket, 'close')
      socket.once('data', () => controller.abort(reason))
    })
    const settings = { send: 'x', expect: 'y' }
    await expect(run('tcp', `127.0.0.1:${site.port}`, settings, { signal: controller.signal })).rejects.toBe(reason)
    await closed
  })
})

async function mailServer(options: SMTPServerOptions = {}): Promise<number> {
  const server = new SMTPServer({ key: leaf.key, cert: leaf.cert, authOptional: true, ...options })
  server.on('error', () => {}) // tests break connections on purpose
  mailServers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return (server.server.address() as AddressInfo).port
}

describe('a real SMTP server', () => {
  const settings = { tls: 'starttls', protocol: 'smtp' } as const

  test('changes to TLS and goes on', async () => {
    const port = await mailServer()
    const talk = { ...settings, send: 'EHLO me\\r\\n', expect: '250[ -]SIZE|250[ -]8BITMIME' }
    const { outcome, steps } = await run('tcp', `localhost:${port}`, talk, trusted())
    expect(outcome).toMatchObject({ status: 'up', tls: { valid: true, subject: 'leaf' } })
    expect(steps).toEqual(['dns', 'connect', 'tls', 'tls', 'first byte'])
  })

  test('that does not offer it, or whose certificate is not trusted', async () => {
    const plain = await run('tcp', `localhost:${await mailServer({ hideSTARTTLS: true })}`, settings, trusted())
    expect(plain.outcome).toMatchObject({ status: 'down', error: { code: 'starttls_unsupported', phase: 'tls' } })
    const strange = await run('tcp', `localhost:${await mailServer()}`, settings)
    expect(strange.outcome).toMatchObject({ status: 'down', tls: { valid: false } })
  })
})

/** How servers of each protocol agree to TLS, with replies of several lines. */
const AGREEMENTS: Record<string, [Script, lines: string[]]> = {
  smtp: [
    {
      greeting: '220-mail.example ESMTP\r\n220 ready\r\n',
      answers: [
        [/^EHLO/, '250-mail.example\r\n250-PIPELINING\r\n250 starttls\r\n'],
        [/^STARTTLS$/, '220 go ahead\r\n'],
      ],
    },
    ['EHLO [127.0.0.1]', 'STARTTLS'],
  ],
  imap: [
    {
      greeting: '* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n',
      answers: [[/^a1 STARTTLS$/, '* CAPABILITY IMAP4rev1\r\na1 OK begin\r\n']],
    },
    ['a1 STARTTLS'],
  ],
  pop3: [{ greeting: '+OK POP3 ready\r\n', answers: [[/^STLS$/, '+OK begin\r\n']] }, ['STLS']],
  ftp: [
    {
      greeting: '120 in a minute\r\n220-Welcome\r\n 221 this is text\r\nso is this\r\n220 ready\r\n',
      answers: [[/^AUTH TLS$/, '234 proceed\n']],
    },
    ['AUTH TLS'],
  ],
  postgres: [{ answers: [[/^\0\0\0\x08\x04\xd2\x16\x2f$/, 'S']] }, ['\0\0\0\x08\x04\xd2\x16\x2f']],
}

describe.each(Object.entries(AGREEMENTS))('before TLS, %s', (name, [script, lines]) => {
  const protocol = name as 'smtp'
  const after = script.answers.at(-1)?.[1] ?? ''

  test('is spoken, and TLS follows', async () => {
    const tls = { after, chain: [leaf], talk: (socket: { write(text: string): unknown }) => void socket.write('hello') }
    const server = await talker({ ...script, tls })
    const settings = { tls: 'starttls', protocol, expect: '^hello$' } as const
    const { outcome } = await run('tcp', `localhost:${server.port}`, settings, trusted())
    expect(outcome).toMatchObject({ status: 'up', error: null, tls: { subject: 'leaf' } })
    expect(server.lines.slice(0, lines.length)).toEqual(lines)
  })

  test('a server that sends more before TLS is refused: it may be from somebody else', async () => {
    const answers = script.answers.map(([line, answer]): [RegExp, string] => [
      line,
      answer === after ? `${answer}evil` : answer,
    ])
    const server = await talker({ ...script, answers })
    const { outcome } = await run('tcp', `localhost:${server.port}`, { tls: 'starttls', protocol })
    expect(outcome).toMatchObject(down('greeting_unexpected'))
    expect(outcome.error?.message).toContain('unencrypted')
  })

  test('a server that is silent, closes, or speaks something else', async () => {
    const settings = { tls: 'starttls', protocol } as const
    const silent = await run('tcp', `127.0.0.1:${(await tcpSite(() => {})).port}`, settings, { timeoutMs: 300 })
    expect(silent.outcome).toMatchObject({ status: 'down', error: { code: 'tls_timeout', phase: 'tls' } })
    const closing = await tcpSite(socket => void socket.end())
    const closed = await run('tcp', `127.0.0.1:${closing.port}`, settings)
    expect(closed.outcome.error).toMatchObject({
      code: 'greeting_unexpected',
      message: expect.stringContaining('closed'),
    })
    const other = await tcpSite(socket => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    const spoken = await run('tcp', `127.0.0.1:${other.port}`, settings)
    expect(spoken.outcome).toMatchObject(down('greeting_unexpected'))
    expect(spoken.outcome.error?.message).toContain('"H')
  })
})

describe('servers that refuse TLS', () => {
  test.each([
    ['smtp', { greeting: '220 hi\r\n', answers: [[/^EHLO/, '250 mail\r\n']] }, 'starttls_unsupported'],
    ['smtp', { greeting: '554 no\r\n', answers: [] }, 'greeting_unexpected'],
    [
      'smtp',
      {
        greeting: '220 hi\r\n',
        answers: [
          [/^EHLO/, '250-a\r\n250 STARTTLS\r\n'],
          [/^STARTTLS/, '454 not now\r\n'],
        ],
      },
      'starttls_unsupported',
    ],
    ['imap', { greeting: '* OK hi\r\n', answers: [[/^a1/, 'a1 BAD what\r\n']] }, 'starttls_unsupported'],
    ['imap', { greeting: '* PREAUTH hi\r\n', answers: [] }, 'starttls_unsupported'],
    ['imap', { greeting: '* BYE full\r\n', answers: [] }, 'greeting_unexpected'],
    ['pop3', { greeting: '+OK hi\r\n', answers: [[/^STLS/, '-ERR no\r\n']] }, 'starttls_unsupported'],
    ['ftp', { greeting: '220 hi\r\n', answers: [[/^AUTH/, '500 what\r\n']] }, 'starttls_unsupported'],
    ['ftp', { greeting: '421 full\r\n', answers: [] }, 'greeting_unexpected'],
    ['postgres', { answers: [[/./s, 'N']] }, 'starttls_unsupported'],
  ] as [string, Script, string][])('%s: %j', async (protocol, script, code) => {
    const server = await talker(script)
    const settings = { tls: 'starttls', protocol: protocol as 'smtp' } as const
    expect((await run('tcp', `127.0.0.1:${server.port}`, settings)).outcome).toMatchObject(down(code))
  })

  test('a line, or a reply, that does not end', async () => {
    const settings = { tls: 'starttls', protocol: 'smtp' } as const
    for (const part of ['x'.repeat(1_000), '220-more\r\n'.repeat(100)]) {
      const site = await tcpSite(socket => {
        const pour = () => {
          while (socket.writable && socket.write(part));
        }
        socket.on('drain', pour)
        pour()
      })
      expect((await run('tcp', `127.0.0.1:${site.port}`, settings)).outcome).toMatchObject(down('greeting_unexpected'))
    }
  })
})

test('faults name the target and the settings', () => {
  for (const target of ['example.org:25', '192.0.2.1:1', '[2001:db8::1]:65535'])
    expect([target, faultsOf('tcp', target, {})]).toEqual([target, []])
  for (const target of [
    '',
    'example.org',
    'example.org:0',
    'example.org:65536',
    '2001:db8::1:25',
    'tcp://a:1',
    'a b:1',
    ':1',
  ])
    expect([target, faultsOf('tcp', target, {})]).toEqual([target, ['target']])
  const settings = (given: object) => faultsOf('tcp', 'a.example:1', given)
  expect(settings({ tls: 'starttls' })).toEqual(['settings.protocol'])
  expect(settings({ tls: 'tls', protocol: 'smtp' })).toEqual(['settings.protocol'])
  for (const send of ['\\q', 'x\\', '\\x4']) expect([send, settings({ send })]).toEqual([send, ['settings.send']])
  for (const expected of ['(', '\\1', '(?=x)', 'x{1000}{1000}'])
    expect([expected, settings({ expect: expected })]).toEqual([expected, ['settings.expect']])
})
