import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { buildMessage, type SendOutcome } from '../../../src/alerts/receivers'
import { sendEmail } from '../../../src/alerts/receivers/email'
import { createOutbound } from '../../../src/base/outbound'
import { receiverSettings } from '../../../src/contract/receivers'
import { identity } from '../../support/certificates'

const servers: SMTPServer[] = []
const mails: string[] = []
let tls: Awaited<ReturnType<typeof identity>>
beforeAll(async () => {
  tls = await identity({ name: 'mail.example', authority: true, hosts: ['mail.example'] })
})
beforeEach(() => {
  mails.length = 0
})
afterAll(async () => {
  for (const server of servers) await new Promise<void>(resolve => server.close(resolve))
})

async function mailServer(options: SMTPServerOptions): Promise<number> {
  const server = new SMTPServer({
    key: tls.key,
    cert: tls.cert,
    authOptional: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'me' && password === 'right' ? done(null, { user: 'me' }) : done(new Error('Invalid login')),
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', chunk => chunks.push(chunk))
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString())
        done(null, 'queued')
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  servers.push(server)
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  return (listening.address() as AddressInfo).port
}

const notice = {
  key: '01900000-0000-7000-8000-000000000001',
  link: 'https://tailrace.example/incidents/1',
  message: buildMessage({
    receiver: 'ops <b>',
    groupKey: '{}:{}',
    groupLabels: { alertname: 'A\r\nBcc: evil@example.org' },
    alerts: [
      {
        labels: { alertname: 'A', name: '<script>' },
        annotations: { summary: 'x < y' },
        startsAt: 0,
        resolvedAt: null,
        generatorUrl: null,
        fingerprint: '0',
      },
    ],
    externalUrl: '',
    reason: 'first',
  }),
}

function sendTo(port: number, settings: Record<string, unknown>, allow = ['private']): Promise<SendOutcome> {
  const lookup = async () => [{ address: '127.0.0.1' }]
  const given = { to: ['ops@example.org'], from: 'tailrace@example.org', host: 'mail.example', port, ...settings }
  const outbound = createOutbound({ allow, lookup, roots: [tls.cert] })
  return sendEmail(outbound, receiverSettings.email.parse(given), notice, new AbortController().signal)
}

test.each(['starttls', 'tls', 'none'])('a mail with security %s', async security => {
  const port = await mailServer({ secure: security === 'tls', ...(security === 'none' && { hideSTARTTLS: true }) })
  const login = security === 'none' ? {} : { username: 'me', password: 'right' }
  expect(await sendTo(port, { security, ...login })).toEqual({ ok: true, statusCode: 250 })
  const [mail = ''] = mails
  expect(mail).toContain(`Message-ID: <${notice.key}@example.org>`)
  expect(mail).toContain('Subject: [FIRING:1] A')
  expect(mail).not.toMatch(/^Bcc:/m)
  expect(mail).toContain('&lt;script&gt;')
  expect(mail).toContain('multipart/alternative')
  expect(mail).toContain(notice.link)
})

test('a server that does not offer STARTTLS gets no mail and no password', async () => {
  const port = await mailServer({ disabledCommands: ['STARTTLS'] })
  expect(await sendTo(port, { username: 'me', password: 'right' })).toMatchObject({ ok: false })
  expect(mails).toEqual([])
})

test('a certificate for another name, or of nobody known, is refused', async () => {
  const port = await mailServer({})
  expect(await sendTo(port, { host: 'other.example' })).toMatchObject({ ok: false, isFinal: false })
  expect(mails).toEqual([])
})

test('5xx is final, 4xx is not', async () => {
  const refusing = (code: number) =>
    mailServer({ onRcptTo: (_address, _session, done) => done(Object.assign(new Error('no'), { responseCode: code })) })
  expect(await sendTo(await refusing(550), {})).toMatchObject({ ok: false, statusCode: 550, isFinal: true })
  expect(await sendTo(await refusing(451), {})).toMatchObject({ ok: false, statusCode: 451, isFinal: false })
  const port = await mailServer({})
  expect(await sendTo(port, { username: 'me', password: 'wrong' })).toMatchObject({ ok: false, isFinal: true })
})

test('the guard decides which servers are reached', async () => {
  expect(await sendTo(await mailServer({}), {}, [])).toMatchObject({ ok: false, isFinal: true })
  expect(mails).toEqual([])
})
