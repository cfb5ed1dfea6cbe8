import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { readRobots, robotsOf } from '../../../src/crawls/robots/read-robots'
import { closeSites, deadPort, httpSite, type Site } from '../../support/sites'
import { plainFetcher } from '../plain-fetcher'

type Answer =
  | { status?: number; headers?: OutgoingHttpHeaders; body?: string | Buffer }
  | ((res: ServerResponse) => void)

/** What the server answers, by path. */
const answers = new Map<string, Answer>()
const asked: string[] = []
let site: Site

beforeAll(async () => {
  site = await httpSite((request, response) => {
    asked.push(request.url ?? '')
    const answer = answers.get(request.url ?? '') ?? { status: 404 }
    if (typeof answer === 'function') return answer(response)
    response.writeHead(answer.status ?? 200, { 'content-type': 'text/plain', ...answer.headers }).end(answer.body)
  })
})
beforeEach(() => {
  answers.clear()
  asked.length = 0
})
afterAll(closeSites)

const signal = new AbortController().signal
const read = (origin = site.url(''), timeoutMs = 20_000) =>
  readRobots({ fetcher: plainFetcher, origin, userAgent: 'Foo/1.0', timeoutMs }, signal)
const allows = (file: Awaited<ReturnType<typeof read>>, path = '/a') =>
  robotsOf(file, 'Foo').decide(site.url(path)).allowed

async function readAnswer(answer: Answer) {
  answers.set('/robots.txt', answer)
  return read()
}

const RULES = 'User-agent: *\nDisallow: /a\n'

test.each<[name: string, answer: Answer, outcome: string, statusCode: number | null, allowed: boolean]>([
  ['200', { body: RULES }, 'parsed', 200, false],
  ['203', { status: 203, body: RULES }, 'parsed', 203, false],
  ['204', { status: 204 }, 'parsed', 204, true],
  ['an empty file', { body: '' }, 'parsed', 200, true],
  ['rules of type HTML', { headers: { 'content-type': 'text/html' }, body: RULES }, 'parsed', 200, false],
  ['rules within a page', { body: `<pre>\n${RULES}</pre>` }, 'parsed', 200, false],
  ['a sitemap only', { headers: { 'content-type': 'text/html' }, body: 'Sitemap: https://a.b/c' }, 'parsed', 200, true],
  ['text without any rule', { body: 'hello' }, 'parsed', 200, true],
  ['a page', { body: '\n<!DOCTYPE html>\n<p>Disallow: /a' }, 'unreadable', 200, true],
  ['XML', { body: '<?xml version="1.0"?><error/>' }, 'unreadable', 200, true],
  ['an image', { body: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]) }, 'unreadable', 200, true],
  ['JSON', { headers: { 'content-type': 'application/json; a=b' }, body: '{"a":1}' }, 'unreadable', 200, true],
  ['400', { status: 400, body: RULES }, 'absent', 400, true],
  ['401', { status: 401 }, 'absent', 401, true],
  ['403', { status: 403 }, 'absent', 403, true],
  ['404', { status: 404, body: RULES }, 'absent', 404, true],
  ['410', { status: 410 }, 'absent', 410, true],
  ['429', { status: 429 }, 'unreachable', 429, false],
  ['500', { status: 500, body: RULES }, 'unreachable', 500, false],
  ['503', { status: 503 }, 'unreachable', 503, false],
  ['a status beyond those that are defined', { status: 799 }, 'unreachable', 799, false],
  ['304, which nobody asked for', { status: 304 }, 'absent', 304, true],
  ['a redirect without a target', { status: 302 }, 'absent', 302, true],
  ['a redirect to another scheme', { status: 302, headers: { location: 'mailto:a@b' } }, 'absent', 302, true],
  ['a redirect to itself', { status: 301, headers: { location: '/robots.txt' } }, 'absent', 301, true],
  ['a connection that is reset', response => response.socket?.resetAndDestroy(), 'unreachable', null, false],
  ['a connection that is closed', response => response.socket?.destroy(), 'unreachable', null, false],
  [
    'a body that ends too early',
    response => {
      response.writeHead(200, { 'content-length': 1_000 }).write('User-agent: *\nAllow: /a\n')
      response.socket?.end()
    },
    'unreachable',
    200,
    false,
  ],
])('%s', async (_name, answer, outcome, statusCode, allowed) => {
  const file = await readAnswer(answer)
  expect(file).toMatchObject({ outcome, statusCode })
  expect(file.detail === null).toBe(outcome === 'parsed')
  expect(allows(file)).toBe(allowed)
  expect(allows(file, '/robots.txt')).toBe(true)
})

test('a server that does not answer is unreachable', async () => {
  answers.set('/robots.txt', () => {})
  expect(await read(site.url(''), 50)).toMatchObject({ outcome: 'unreachable', statusCode: null })
  const file = await read(`http://localhost:${await deadPort()}`)
  expect(file).toMatchObject({ outcome: 'unreachable', statusCode: null, text: '' })
  expect(robotsOf(file, 'Foo')).toMatchObject({ sitemaps: [], agents: [], crawlDelaySeconds: null })
})

describe('redirects', () => {
  const redirect = (location: string, status = 302): Answer => ({ status, headers: { location } })

  test.each([301, 302, 303, 307, 308])('%i is followed', async status => {
    answers.set('/b', { body: RULES })
    const file = await readAnswer(redirect('b', status))
    expect(file).toEqual({ outcome: 'parsed', statusCode: 200, detail: null, text: RULES })
  })

  test('five are followed, to other hosts too', async () => {
    const other = await httpSite((_request, response) => response.end(RULES))
    answers.set('/robots.txt', redirect('/1', 301))
    for (const step of [1, 2, 3]) answers.set(`/${step}`, redirect(`/${step + 1}`))
    answers.set('/4', redirect(other.url('/elsewhere.txt'), 308))
    const file = await read()
    expect(file).toMatchObject({ outcome: 'parsed', statusCode: 200 })
    expect(allows(file)).toBe(false)
    expect(asked).toEqual(['/robots.txt', '/1', '/2', '/3', '/4'])
  })

  test('more than five lead to none', async () => {
    answers.set('/robots.txt', redirect('/1'))
    for (const step of [1, 2, 3, 4, 5]) answers.set(`/${step}`, redirect(`/${step + 1}`))
    answers.set('/6', { body: RULES })
    const file = await read()
    expect(file).toMatchObject({ outcome: 'absent', statusCode: 302, detail: 'It redirects more than 5 times.' })
    expect(allows(file)).toBe(true)
    expect(asked).toHaveLength(6)
  })

  test('a loop ends at once', async () => {
    answers.set('/robots.txt', redirect('/b'))
    answers.set('/b', redirect('/robots.txt#again'))
    expect(await read()).toMatchObject({ outcome: 'absent', detail: 'Its redirects are a loop.' })
    expect(asked).toEqual(['/robots.txt', '/b'])
  })

  test('what they lead to counts as usual', async () => {
    answers.set('/b', { status: 500 })
    expect(await readAnswer(redirect('/b'))).toMatchObject({ outcome: 'unreachable', statusCode: 500 })
    answers.set('/b', { status: 403 })
    expect(await readAnswer(redirect('/b'))).toMatchObject({ outcome: 'absent', statusCode: 403 })
  })
})

test('a file without an end is read up to the cap, whose last line is left out', async () => {
  const body = `${RULES}${'#'.repeat(80)}\n`.padEnd(500 * 1024 - 13, 'x').concat('\nDisallow: /bcd')
  const file = await readAnswer(response => {
    response.writeHead(200)
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
    }
    response.on('drain', more)
    response.write(body)
    more()
  })
  expect(file).toMatchObject({ outcome: 'parsed', detail: 'It is longer than 500 KiB: the rest is ignored.' })
  expect(file.text.length).toBeLessThanOrEqual(500 * 1024)
  expect([allows(file), allows(file, '/b'), allows(file, '/bcd')]).toEqual([false, true, true])
})

test('bytes that are no UTF-8, and NUL, do not keep the rest from being read', async () => {
  const body = Buffer.from('# caf\xe9 \0\nUser-agent: *\nDisallow: /a\n', 'latin1')
  const file = await readAnswer({ body })
  expect(file).toMatchObject({ outcome: 'parsed', text: '# caf\uFFFD \uFFFD\nUser-agent: *\nDisallow: /a\n' })
  expect(allows(file)).toBe(false)
})

test('a byte order mark is no part of the text', async () => {
  expect(await readAnswer({ body: `\uFEFF${RULES}` })).toMatchObject({ outcome: 'parsed', text: RULES })
})
