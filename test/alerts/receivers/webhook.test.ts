import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { buildMessage, Receivers, type SendOutcome, type StoredReceiver } from '../../../src/alerts/receivers'
import { waitOf } from '../../../src/alerts/receivers/post'
import { createOutbound } from '../../../src/base/outbound'
import { Sealer } from '../../../src/base/sealed'
import { receiverSettings } from '../../../src/contract/receivers'
import { quietLog } from '../../support/parts'
import { answer, cut, hang, startTarget, type Target } from '../target'

let target: Target
beforeAll(async () => {
  target = await startTarget()
})
afterAll(() => target.stop())
beforeEach(() => {
  target.received.length = 0
  target.answers(answer(200))
})

const message = buildMessage({
  receiver: 'hook',
  groupKey: '{}:{}',
  groupLabels: { alertname: 'A' },
  alerts: [
    {
      labels: { alertname: 'A', note: 'ü <!channel> *x* & </script>', severity: 'critical' },
      annotations: { summary: 'bad <b>' },
      startsAt: 0,
      resolvedAt: null,
      generatorUrl: null,
      fingerprint: '0123456789abcdef',
    },
  ],
  externalUrl: '',
  reason: 'first',
})
const notice = { key: 'key-1', message, link: 'https://tailrace.example/incidents/1' }
const signal = () => new AbortController().signal

type Lookup = NonNullable<Parameters<typeof createOutbound>[0]['lookup']>

const receiversOf = (allow: string[], lookup?: Lookup) =>
  new Receivers({
    db: undefined as never, // it only sends
    outbound: createOutbound({ allow, ...(lookup && { lookup }) }),
    sealer: new Sealer([], tmpdir()),
    log: quietLog,
    version: '1.2.3',
  })

const facts = { id: '1', tenantId: 't', name: 'hook', sendResolved: true, enabled: true, failingSince: null }
const webhook = (settings: Record<string, unknown>): StoredReceiver => ({
  ...facts,
  type: 'webhook',
  target: { type: 'webhook', settings: receiverSettings.webhook.parse({ url: target.url, ...settings }) },
})
const slack = (settings: Record<string, unknown>): StoredReceiver => ({
  ...facts,
  type: 'slack',
  target: { type: 'slack', settings: receiverSettings.slack.parse({ url: target.url, ...settings }) },
})

const sendTo = (receiver: StoredReceiver): Promise<SendOutcome> =>
  receiversOf(['private']).send(receiver, notice, signal())

test('a webhook gets the message with its key, and a signature over time and body', async () => {
  const secret = 'very secret'
  expect(await sendTo(webhook({ secret, bearer_token: 'abc' }))).toEqual({ ok: true, statusCode: 200 })
  const { headers, body, path } = target.received[0] ?? { headers: {} as Record<string, string>, body: '', path: '' }
  expect(path).toBe('/hook')
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'user-agent': 'Tailrace/1.2.3',
    'idempotency-key': 'key-1',
    authorization: 'Bearer abc',
    host: `127.0.0.1:${target.port}`,
    'content-length': String(Buffer.byteLength(body)),
  })
  expect(JSON.parse(body)).toEqual(message)
  const [, t = '', v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-tailrace-signature'])) ?? []
  expect(v1).toBe(createHmac('sha256', secret).update(t).update('.').update(body).digest('hex'))
  expect(Math.abs(Date.now() / 1_000 - Number(t))).toBeLessThan(600)
})

test('without a secret there is no signature, and a limit cuts the alerts', async () => {
  await sendTo(webhook({ max_alerts: 1 }))
  expect(target.received[0]?.headers).not.toHaveProperty('x-tailrace-signature')
  expect(target.received[0]?.headers).not.toHaveProperty('x-tailrace-test')
})

test.each([
  [204, { ok: true }],
  [400, { ok: false, isFinal: true, error: 'It answered 400: no' }],
  [404, { ok: false, isFinal: true }],
  [302, { ok: false, isFinal: true, error: 'It answered 302; redirects are not followed' }],
  [408, { ok: false, isFinal: false }],
  [429, { ok: false, isFinal: false, retryAfterMs: 7_000 }],
  [500, { ok: false, isFinal: false, retryAfterMs: 7_000 }],
  [503, { ok: false, isFinal: false }],
])('status %i', async (status, expected) => {
  const body = status === 204 ? '' : 'no'
  target.answers(answer(status, { location: `${target.url}/other`, 'retry-after': '7' }, body))
  expect(await sendTo(webhook({}))).toMatchObject({ statusCode: status, ...expected })
  expect(target.received).toHaveLength(1)
})

test('an answer that never ends is not read to its end', async () => {
  target.answers(response => {
    response.writeHead(500)
    const more = () => void response.write('x'.repeat(65_536), error => error || more())
    more()
  })
  const outcome = await sendTo(webhook({}))
  expect(outcome).toMatchObject({ ok: false, statusCode: 500, isFinal: false })
  if (!outcome.ok) expect(outcome.error.length).toBeLessThan(300)
})

test('a secret in an answer is not shown', async () => {
  target.answers(answer(400, {}, 'bad token=abcdef0123'))
  expect(await sendTo(webhook({}))).toMatchObject({ error: 'It answered 400: bad token=[redacted]' })
})

test('a broken connection, nobody at the port, and no answer until the signal', async () => {
  target.answers(cut)
  expect(await sendTo(webhook({}))).toMatchObject({ ok: false, statusCode: null, isFinal: false })
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => server.close(resolve))
  expect(await sendTo(webhook({ url: `http://127.0.0.1:${port}/` }))).toMatchObject({ ok: false, isFinal: false })
  target.answers(hang)
  const controller = new AbortController()
  const sent = receiversOf(['private']).send(webhook({}), notice, controller.signal)
  await target.gets(2)
  controller.abort(new Error('stopping'))
  await expect(sent).rejects.toThrow('stopping')
})

test('the guard refuses addresses that are not allowed, also behind a name, and connects to what it checked', async () => {
  const blocked = await receiversOf([]).send(webhook({}), notice, signal())
  expect(blocked).toMatchObject({ ok: false, isFinal: true, error: expect.stringContaining('127.0.0.1') })
  const asked: string[] = []
  const lookup = async (host: string) => {
    asked.push(host)
    return [{ address: asked.length === 1 ? '127.0.0.1' : '169.254.169.254' }]
  }
  const url = `http://hook.example:${target.port}/hook`
  const receivers = receiversOf(['private'], lookup)
  expect(await receivers.send(webhook({ url }), notice, signal())).toMatchObject({ ok: true })
  expect(asked).toEqual(['hook.example'])
  expect(target.received[0]?.headers.host).toBe(`hook.example:${target.port}`)
  const rebound = await receivers.send(webhook({ url }), notice, signal())
  expect(rebound).toMatchObject({ ok: false, isFinal: true, error: expect.stringContaining('169.254.169.254') })
  expect(target.received).toHaveLength(1)
})

test('Slack gets one attachment in the colour of the severity, with nothing of the alert taken as its markup', async () => {
  expect(await sendTo(slack({ channel: '#ops', username: 'Tailrace' }))).toMatchObject({ ok: true })
  const body = JSON.parse(target.received[0]?.body ?? '')
  expect(body).toMatchObject({ channel: '#ops', username: 'Tailrace' })
  const [attachment, ...others] = body.attachments
  expect(others).toEqual([])
  expect(attachment).toMatchObject({ color: '#d32f2f', title_link: notice.link, title: '[FIRING:1] A' })
  expect(JSON.stringify(body)).not.toMatch(/<|>|<!channel>/)
  expect(attachment.text).toContain('bad &lt;b&gt;')
  expect(target.received[0]?.headers['idempotency-key']).toBe('key-1')
})

test('a receiver whose secrets cannot be decrypted says so, and is tried again', async () => {
  const broken: StoredReceiver = { ...facts, type: 'webhook', target: { problem: 'Its secrets cannot be decrypted' } }
  expect(await sendTo(broken)).toMatchObject({ ok: false, isFinal: false, error: 'Its secrets cannot be decrypted' })
})

test.each([
  ['12', 12_000],
  ['0', 0],
  ['99999999', 3_600_000],
  [new Date(60_000).toUTCString(), 60_000],
  [new Date(0).toUTCString(), 0],
  ['soon', undefined],
  ['-5', undefined],
])('Retry-After: %s', (value, expected) => {
  const ms = waitOf(value, 0)
  if (value === '-5') expect(ms === undefined || ms >= 0).toBe(true)
  else expect(ms).toBe(expected)
})
