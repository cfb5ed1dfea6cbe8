import { closeSites, httpSite, tcpSite } from '../../support/sites'
import { down, run } from './run'

afterEach(closeSites)

const BASIC = Buffer.from('anna:pass"word&1').toString('base64')
const SECRETS = [
  'pass"word&1',
  'pass\\"word&1',
  'pass&quot;word&amp;1',
  'pass%22word%261',
  BASIC,
  'key-abcdef',
  'sid-abcdef',
  'in-body-1',
]
const settings = {
  method: 'POST' as const,
  body: '{"user":"anna","password":"in-body-1"}',
  basic: { username: 'anna', password: 'pass"word&1' },
  headers: { 'X-Api-Key': 'key-abcdef', Cookie: 'theme=dark; sid=sid-abcdef', 'X-Plain': 'plain-value' },
}

/** A server that sends back all it receives: in headers, the reason, a redirect, and the body in several forms. */
const echo = () =>
  httpSite(async (ask, answer) => {
    let body = ''
    for await (const chunk of ask) body += chunk
    const { authorization = '', cookie = '' } = ask.headers
    const password = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString().replace('anna:', '')
    const headers = {
      'x-got': authorization,
      'x-got-cookie': cookie,
      'set-cookie': `own=${cookie}`,
      link: `</?a=${ask.headers['x-api-key']}>`,
    }
    const shown = [
      JSON.stringify(ask.headers),
      JSON.stringify({ password }),
      encodeURIComponent(password),
      password,
      password.replace('&', '&amp;').replace('"', '&quot;'),
      body,
    ].join('\n')
    if (ask.url === '/redirect') answer.writeHead(302, { ...headers, location: `ftp://${ask.headers['x-api-key']}/` })
    else answer.writeHead(500, `Failed for ${authorization}`, headers)
    answer.end(ask.url === '/json' ? JSON.stringify({ status: `no ${authorization}` }) : shown)
  })

test.each([
  ['the status', '/', {}, 'status_unexpected'],
  ['a keyword', '/', { expect_status: 500, keyword: 'never' }, 'keyword_missing'],
  ['a header', '/', { expect_status: 500, expect_headers: [{ name: 'x-got', matches: '^never' }] }, 'header_mismatch'],
  ['JSON', '/json', { expect_status: 500, json: { path: '$.status', value: 'ok' } }, 'json_mismatch'],
  ['a redirect', '/redirect', {}, 'redirect_invalid'],
] as [string, string, object, string][])(
  'secrets that a server echoes are hidden everywhere if %s fails',
  async (_name, path, more, code) => {
    const site = await echo()
    const { outcome, logged } = await run('http', site.url(path), { ...settings, ...more })
    expect(outcome).toMatchObject(down(code))
    const everything = JSON.stringify([outcome, logged])
    for (const secret of SECRETS) {
      expect([outcome.error?.message, outcome.answer?.body].join('\n')).not.toContain(secret)
      expect(everything).not.toContain(secret)
      expect(everything).not.toContain(JSON.stringify(secret).slice(1, -1))
    }
    expect(outcome.answer?.headers).toMatchObject({
      'x-got': expect.stringContaining('[redacted]'),
      'set-cookie': '[redacted]',
    })
    if (path === '/') expect(outcome.answer?.body).toContain('plain-value')
  },
)

test('a token is hidden, also where the sample of the body ends', async () => {
  const bearer = 'token-'.repeat(20)
  const site = await httpSite((ask, answer) => {
    const { authorization } = ask.headers
    answer.writeHead(500).end(`${'.'.repeat(2_000)}${authorization}${'-'.repeat(5_000)}`)
  })
  const { outcome } = await run('http', site.url(), { bearer })
  expect(outcome.answer).toMatchObject({ truncated: true })
  expect(outcome.answer?.body).toHaveLength(2_048)
  expect(JSON.stringify(outcome)).not.toContain('token-')
})

test('a token is hidden, also where a message cuts what it shows', async () => {
  const bearer = 'token-'.repeat(60)
  const site = await httpSite((ask, answer) => void answer.end(JSON.stringify({ got: ask.headers.authorization })))
  const { outcome } = await run('http', site.url(), { bearer, json: { path: '$.got', value: 'x' } })
  expect(outcome.error?.message).toBe('The JSON value at $.got is "Bearer [redacted]…; expected == "x"')
  const raw = await tcpSite(socket => {
    socket.once('data', data => socket.end(/authorization: .*/i.exec(data.toString())?.[0] ?? ''))
  })
  const broken = (await run('http', `http://localhost:${raw.port}/`, { bearer })).outcome
  expect(broken).toMatchObject(down('response_invalid', { error: { message: expect.stringContaining('[redacted]…') } }))
  expect(JSON.stringify([outcome, broken])).not.toContain('token-')
})

test('the sample of an answer is 2 KiB of text that can be stored', async () => {
  const site = await httpSite((_ask, answer) => {
    answer.writeHead(500, { 'x-long': 'x'.repeat(5_000) }).end(`a\0b${'😀'.repeat(3_000)}`)
  })
  const { outcome } = await run('http', site.url(), {})
  expect(outcome.answer?.body).toMatch(/^a\ufffdb😀/)
  expect(outcome.answer?.body).toHaveLength(2_048)
  expect(outcome.answer?.body.isWellFormed()).toBe(true)
  expect(outcome.answer?.headers['x-long']).toHaveLength(1_000)
})

test('secrets of the server are hidden in its answer, too', async () => {
  const site = await httpSite((_ask, answer) => {
    const location = 'https://example.org/cb?code=abcdef&page=2'
    answer.writeHead(500, { 'x-auth-token': 'abc', location }).end('user=anna&password=hunter2&page=2')
  })
  const { outcome } = await run('http', site.url(), {})
  expect(outcome.answer).toMatchObject({
    headers: { 'x-auth-token': '[redacted]', location: 'https://example.org/cb?code=***&page=2' },
    body: 'user=anna&password=[redacted]&page=2',
  })
})

test('the last URL is shown without secrets', async () => {
  const site = await httpSite((ask, answer) => {
    if (ask.url === '/') answer.writeHead(302, { location: '/in?token=abcdef' })
    answer.end('ok')
  })
  const { outcome, logged } = await run('http', site.url(), {})
  expect(outcome.details).toMatchObject({ url: site.url('/in?token=***') })
  expect(JSON.stringify([outcome, logged])).not.toContain('abcdef')
})
