import { once } from 'node:events'
import type { IncomingMessage, RequestListener } from 'node:http'
import { robotsReport } from '../../../src/contract/crawl-tools'
import { robotsRoute } from '../../../src/crawls/tools/robots-route'
import { closeSites, httpSite, type Site as WebSite } from '../../support/sites'
import { type Site, startSite } from '../../web/site'
import { plainFetcher } from '../plain-fetcher'

let site: Site
let target: WebSite
let answer: RequestListener

beforeAll(async () => {
  site = await startSite({ endpoints: () => [robotsRoute({ fetcher: plainFetcher })] })
  target = await httpSite((request, response) => answer(request, response))
})
afterAll(async () => {
  await closeSites()
  await site.stop()
})

const ask = (body: unknown, as = site.adminToken) => site.ask('POST', '/api/crawls/robots', { body, as })

async function report(body: unknown) {
  const { status, body: found } = await ask(body)
  expect(status).toBe(200)
  return robotsReport.strict().parse(found)
}

const TEXT = `User-agent: *
Crawl-delay: 1.5
Disallow: /private
Allow: /private/open
Dissalow: /old
Sitemap: https://example.org/s.xml`

test('a text is tested against URLs and paths', async () => {
  const urls = ['/private/a', 'https://any.example/private/open?x', '/old', '/', 'private', 'ftp://a/b', 'https://[']
  expect(await report({ text: TEXT, urls })).toEqual({
    outcome: 'parsed',
    detail: null,
    agents: ['*'],
    crawl_delay_seconds: 1.5,
    sitemaps: ['https://example.org/s.xml'],
    problems: [{ line: 5, text: 'Dissalow: /old', message: 'It is read as "disallow".' }],
    text: TEXT,
    verdicts: [
      { url: '/private/a', allowed: false, rule: 'Disallow: /private', line: 3, problem: null },
      { url: urls[1], allowed: true, rule: 'Allow: /private/open', line: 4, problem: null },
      { url: '/old', allowed: false, rule: 'Dissalow: /old', line: 5, problem: null },
      { url: '/', allowed: true, rule: null, line: null, problem: null },
      ...urls.slice(4).map(url => ({
        ...{ url, allowed: false, rule: null, line: null },
        problem: 'It is neither an http address nor a path that begins with "/".',
      })),
    ],
  })
})

test('the group is that of the user agent', async () => {
  const text = 'User-agent: Foo\nDisallow: /a\n\nUser-agent: *\nDisallow: /b'
  const verdicts = async (user_agent?: string) =>
    (await report({ text, user_agent, urls: ['/a', '/b'] })).verdicts.map(({ allowed }) => allowed)
  expect(await verdicts()).toEqual([true, false])
  expect(await verdicts('foo/2.0 (+https://foo.example)')).toEqual([false, true])
})

test('the file of a site is fetched as it is now', async () => {
  let asked: IncomingMessage | undefined
  answer = (request, response) => {
    asked = request
    response.end(TEXT)
  }
  const urls = ['/private', target.url('/private/open'), 'https://other.example/private', '//other.example/']
  const found = await report({ site: target.url('/deep/page?x#y'), user_agent: 'Foo/1.0', urls })
  expect(asked?.url).toBe('/robots.txt')
  expect(asked?.headers['user-agent']).toBe('Foo/1.0')
  expect(found).toMatchObject({ outcome: 'parsed', text: TEXT, crawl_delay_seconds: 1.5 })
  expect(found.verdicts.map(({ allowed, problem }) => [allowed, problem])).toEqual([
    [false, null],
    [true, null],
    ...Array(2).fill([false, `It is not on ${new URL(target.url()).origin}: another robots.txt applies to it.`]),
  ])
})

test('a site without a file allows everything, one that fails nothing', async () => {
  answer = (_request, response) => void response.writeHead(404).end()
  expect(await report({ site: target.url(), urls: ['/a'] })).toMatchObject({
    ...{ outcome: 'absent', detail: 'The server answered 404 Not Found.', text: '' },
    verdicts: [{ allowed: true, rule: null }],
  })
  answer = (_request, response) => void response.writeHead(503).end()
  expect(await report({ site: target.url(), urls: ['/a', '/robots.txt'] })).toMatchObject({
    outcome: 'unreachable',
    verdicts: [{ allowed: false, rule: null }, { allowed: true }],
  })
})

test('a page in place of the file is shown, so that people see what is wrong', async () => {
  answer = (_request, response) => void response.end('<html>Welcome</html>')
  expect(await report({ site: target.url(), urls: ['/a'] })).toMatchObject({
    ...{ outcome: 'unreadable', text: '<html>Welcome</html>', problems: [] },
    verdicts: [{ allowed: true }],
  })
})

test('when the caller leaves, the request to the site ends', async () => {
  const arrived = new Promise<IncomingMessage>(resolve => {
    answer = request => resolve(request)
  })
  const caller = new AbortController()
  const call = fetch(`${site.url}/api/crawls/robots`, {
    method: 'POST',
    headers: { authorization: `Bearer ${site.adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ site: target.url() }),
    signal: caller.signal,
  })
  const request = await arrived
  const closed = once(request.socket, 'close')
  caller.abort()
  await expect(call).rejects.toThrow()
  await closed
})

test.each<[body: Record<string, unknown>, path: string]>([
  [{}, 'body'],
  [{ text: '', site: 'https://example.org' }, 'body'],
  [{ site: 'https://' }, 'body.site'],
  [{ site: 'ftp://example.org' }, 'body.site'],
  [{ site: 'example.org', user_agent: 'Fö' }, 'body.user_agent'],
])('%j is refused', async (body, path) => {
  const { status, body: problem } = await ask(body)
  expect(status).toBe(400)
  expect(problem.errors).toMatchObject([{ path }])
})

test('viewers may not let the server fetch', async () => {
  expect((await ask({ text: '' }, await site.tokenFor('viewer'))).status).toBe(403)
})
