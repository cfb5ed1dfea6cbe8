import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { CrawlItem } from '../../src/contract/crawls'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { CommandLine, objectsIn } from './cli'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
let cli: CommandLine
let site: Server
let url: string
/** Answers of `/slow`, which wait for the end of the test. */
const waiting: ServerResponse[] = []

const PAGES: Record<string, string> = {
  '/': '<title>Home</title><a href="/a">A</a> <a href="/missing">Missing &amp; gone</a>',
  '/a': '<title>A</title><a href="/">Home</a> <a href="/missing">Old</a>',
  '/good': '<title>Good</title><a href="/good">Good</a>',
  '/hanging': '<title>Hanging</title><a href="/slow">Slow</a>',
}

beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start({ OUTBOUND_ALLOW: 'private' })
  cli = await CommandLine.install({ TAILRACE_URL: app.url, TAILRACE_TOKEN: app.token })
  site = createServer(({ url: path = '', headers }, res) => {
    if (path === '/slow') {
      site.emit('slow')
      return void waiting.push(res)
    }
    // the same site under another name forbids everything
    if (path === '/robots.txt' && headers.host?.startsWith('localhost'))
      return void res.end('User-agent: *\nDisallow: /')
    const page = PAGES[path]
    res.writeHead(page ? 200 : 404, { 'content-type': 'text/html' }).end(page ?? 'Not found')
  })
  await once(site.listen(0), 'listening')
  url = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})

afterAll(async () => {
  for (const res of waiting) res.end()
  site?.closeAllConnections()
  site?.close()
  await parts?.stop()
  await cli?.remove()
})

const crawl = (path: string, ...args: string[]) => cli.run(['crawl', url + path, '--delay', '0', ...args])

test('broken links are printed with the pages that have them, and fail a build', async () => {
  const file = join(cli.folder, 'reports/junit.xml')
  const { code, stdout, stderr } = await crawl('/', '--fail-on', 'broken', '--junit', file)
  expect(code).toBe(8)
  const [first, ...referrers] = stdout.trimEnd().split('\n')
  expect(first).toBe(`404 ${url}/missing`)
  expect(referrers.sort()).toEqual([`    in ${url}/: Missing & gone`, `    in ${url}/a: Old`])
  expect(stderr).toMatch(/^Crawl [0-9a-f-]{36} of http:\/\/127\.0\.0\.1/)
  expect(stderr).toMatch(/Crawl [0-9a-f-]{36} is complete after .*: 1 broken link\.\n2 pages fetched/)
  const xml = await readFile(file, 'utf8')
  expect(xml).toMatch(/<testsuite name="tailrace crawl http.*" tests="4" failures="1" errors="0" skipped="0"/)
  expect(xml).toMatch(/name="http[^"]*\/missing"[^>]*><failure message="Broken link: 404"/)
})

test('without --fail-on, and when no link is new, a build goes on', async () => {
  const { code, stdout } = await crawl('/', '--json')
  expect(code).toBe(0)
  const events = objectsIn(stdout)
  expect(events[0]).toMatchObject({ event: 'crawl', seeds: [`${url}/`] })
  expect(events.at(-1)).toMatchObject({ event: 'crawl', ended_because: 'completed', fetched: 2 })
  expect(events.filter(({ event }) => event === 'broken_link')).toMatchObject([
    { url: `${url}/missing`, status_code: 404, referrer_count: 2 },
  ])
  expect(events.filter(({ event }) => event === 'crawl_progress').at(-1)).toMatchObject({ status: 'completed' })
  expect(await crawl('/', '--fail-on', 'new-broken')).toMatchObject({ code: 0 })
})

test('a limit that was reached fails a build only if asked to', async () => {
  expect(await crawl('/', '--pages', '1')).toMatchObject({ code: 0, stderr: expect.stringMatching(/limit of pages/) })
  expect(await crawl('/', '--pages', '1', '--fail-on', 'limit')).toMatchObject({ code: 8 })
})

test('a site that forbids it fails a build', async () => {
  const { port } = new URL(url)
  const { code, stderr } = await cli.run(['crawl', `localhost:${port}`, '--delay', '0'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/was blocked: robots.txt allows none of it/)
})

test('Ctrl-C cancels a crawl, and what was found is printed', async () => {
  const asked = once(site, 'slow')
  const running = cli.start(['crawl', `${url}/hanging`, '--delay', '0'])
  await asked
  running.process.kill('SIGINT')
  const { code, stderr } = await running.ended
  expect(code).toBe(130)
  expect(stderr).toMatch(/Cancelling the crawl\.[\s\S]*was cancelled after/)
  expect(objectsIn((await cli.run(['crawls', '--q', '/hanging', '--json'])).stdout)).toMatchObject([
    { status: 'cancelled', ended_because: 'cancelled' },
  ])
})

test('a crawl that was left is followed by its id, and listed', async () => {
  const { stdout } = await crawl('/good', '--detach')
  const id = stdout.trim()
  expect(await cli.run(['crawl', id, '--fail-on', 'broken,failed'])).toMatchObject({ code: 0, stdout: '' })
  // again, now that it has ended
  expect(await cli.run(['crawl', id])).toMatchObject({ code: 0, stderr: expect.stringMatching(/1 page fetched/) })
  const listed = await cli.run(['crawls', '--q', '/good'])
  expect(listed.stdout).toMatch(/^ID +STATUS .*\n[0-9a-f-]{36} +completed +completed +1 +0 +0 .*\/good\n$/)
  const [item] = objectsIn((await cli.run(['crawls', '--limit', '1', '--json'])).stdout) as unknown as CrawlItem[]
  expect(item?.id).toBe(id)
})

test.each([
  [['crawl'], 2, /Usage: tailrace crawl <url>/],
  [['crawl', 'example.org', '--pages', 'many'], 2, /--pages must be a number/],
  [['crawl', 'example.org', '--fail-on', 'anything'], 2, /--fail-on must be broken/],
  [['crawl', 'example.org', '--scope', 'planet'], 2, /scope\.type/],
  [['crawl', '00000000-0000-4000-8000-000000000000'], 4, /./],
])('%j fails with %d', async (args, code, message) => {
  expect(await cli.run(args)).toMatchObject({ code, stderr: expect.stringMatching(message) })
})
