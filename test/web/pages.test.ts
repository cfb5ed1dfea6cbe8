import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RequestHandler } from 'express'
import { Problem } from '../../src/base/errors'
import { PAGES } from '../../src/contract/pages'
import { cookieOf, type Site, startSite } from './site'

const HTML = { accept: 'text/html,*/*' }
const board: RequestHandler = (_req, res) => void res.type('html').send('<p>board</p>')

let site: Site
let cookie: string
beforeAll(async () => {
  site = await startSite({
    mounts: [
      {
        path: '/admin/queues',
        roles: { read: 'viewer', write: 'admin' },
        handler: board,
        csp: { 'style-src': ["'self'", "'unsafe-inline'"] },
      },
      { path: '/refused', roles: { read: 'admin', write: 'admin' }, handler: board },
      {
        path: '/away',
        roles: { read: 'viewer', write: 'admin' },
        handler() {
          throw new Problem(503, 'unavailable', '<script> is "away"', [], { 'Retry-After': '2' })
        },
      },
      { path: '/osquery', roles: 'anyone', handler: (req, res) => void res.json({ method: req.method }) },
    ],
  })
  cookie = cookieOf(await site.ask('POST', '/api/session', { as: null, body: { token: site.adminToken } }))
})
afterAll(() => site.stop())

const open = (path: string, options: { cookie?: string } = {}) =>
  site.ask('GET', path, { as: null, headers: HTML, ...options })

test('all pages are one file for signed-in visitors; others are redirected to sign in and back', async () => {
  const paths = PAGES.flatMap(page => ('isPublic' in page ? [] : [page.path]))
  for (const page of paths.map(path => path.replace(':id', '1'))) {
    const out = await open(`${page}?level=warn`)
    expect([page, out.status, out.headers.get('location')]).toEqual([
      page,
      302,
      `/sign-in?next=${encodeURIComponent(`${page}?level=warn`)}`,
    ])
    const answer = await open(page, { cookie })
    expect([page, answer.status]).toEqual([page, 200])
    expect(answer.text).toContain('<title>Tailrace</title>')
    expect(cookieOf(answer)).toBe(cookie)
  }
  expect((await open('/sign-in?code=trc_x')).status).toBe(200)
})

test('a page is sent with preload links of its scripts, if known', async () => {
  const file = join(site.dataDir, 'preloads.json')
  expect((await open('/sign-in')).headers.get('link')).toBeNull()
  await writeFile(file, JSON.stringify({ 'sign-in': ['/chunks/a-ABCDEFG2.js', '/chunks/b-ABCDEFG2.js'] }))
  expect((await open('/sign-in')).headers.get('link')).toBe(
    '</chunks/a-ABCDEFG2.js>; rel=modulepreload, </chunks/b-ABCDEFG2.js>; rel=modulepreload',
  )
  expect((await open('/queue', { cookie })).headers.get('link')).toBeNull()
  await writeFile(file, '{"sign-') // still being written
  expect((await open('/sign-in')).status).toBe(200)
  await rm(file)
})

test('an unknown page is the page with status 404; an unknown file is a problem', async () => {
  const page = await open('/nowhere/at/all')
  expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8'])
  expect((await site.ask('GET', '/nothing.js')).body.code).toBe('not_found')
  expect((await open('/api/nowhere')).body.code).toBe('not_found')
})

test('everything that may be opened is served with a policy that forbids inline code', async () => {
  await writeFile(join(site.dataDir, 'plain.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  for (const path of ['/sign-in', '/api/session', '/plain.svg', '/nowhere']) {
    const { headers } = await open(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("style-src 'self';")
    expect(policy).not.toContain('unsafe')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('strict-transport-security')).toBeNull()
  }
})

test('a script has only the headers that browsers obey for scripts', async () => {
  const { headers } = await open('/plain.js')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
  expect(headers.get('content-security-policy')).toBeNull()
})

test('pages that are not built are reported as such', async () => {
  const page = join(site.dataDir, 'index.html')
  await rename(page, `${page}.away`)
  expect((await open('/', { cookie })).body.code).toBe('not_built')
  await rename(`${page}.away`, page)
  expect((await open('/', { cookie })).status).toBe(200)
})

test('a mounted program is protected by role and origin', async () => {
  expect((await open('/admin/queues/a?b=1')).headers.get('location')).toBe(
    '/sign-in?next=%2Fadmin%2Fqueues%2Fa%3Fb%3D1',
  )
  const page = await open('/admin/queues', { cookie })
  expect(page.text).toBe('<p>board</p>')
  expect(page.headers.get('content-security-policy')).toContain("style-src 'self' 'unsafe-inline'")
  const viewer = await site.tokenFor('viewer')
  expect((await site.ask('GET', '/admin/queues/api', { as: viewer })).status).toBe(200)
  expect((await site.ask('PUT', '/admin/queues/api', { as: viewer })).status).toBe(403)
  expect((await site.ask('PUT', '/admin/queues/api', { as: null })).status).toBe(401)
  expect((await site.ask('PUT', '/admin/queues/api', { cookie, headers: { origin: 'http://evil' } })).status).toBe(403)
  expect((await site.ask('PUT', '/admin/queues/api', { cookie, headers: { origin: site.url } })).status).toBe(200)
  expect((await site.ask('POST', '/osquery/enroll', { as: null })).body).toEqual({ method: 'POST' })
})

test('behind HTTPS the cookie is Secure, and HSTS is set', async () => {
  const other = await startSite({ config: { cookieSecure: true } })
  const answer = await other.ask('POST', '/api/session', { as: null, body: { token: other.adminToken } })
  expect(answer.headers.get('set-cookie')).toMatch(/^__Host-tailrace_[0-9a-f]{8}=.*; Path=\/; HttpOnly; Secure/)
  const cookie = cookieOf(answer)
  expect((await other.ask('GET', '/api/session', { cookie })).status).toBe(200)
  expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=31536000/)
  await other.stop()
})

test('a browser gets refusals as pages, whose text is escaped; programs get problems', async () => {
  const viewer = await site.tokenFor('viewer')
  const as = cookieOf(await site.ask('POST', '/api/session', { as: null, body: { token: viewer } }))
  const page = await site.ask('GET', '/refused?<b>', { as: null, headers: HTML, cookie: as })
  expect([page.status, page.headers.get('content-type')]).toEqual([403, 'text/html; charset=utf-8'])
  expect(page.text).toContain('<h1>Not allowed</h1>')
  expect(page.text).toContain('requires the role admin; your role is viewer')
  expect(page.headers.get('cache-control')).toBe('no-store')
  const problem = await site.ask('GET', '/refused', { as: viewer })
  expect(problem.body).toMatchObject({ status: 403, code: 'forbidden' })
  const away = await site.ask('GET', '/away', { as: null, headers: HTML, cookie })
  expect([away.status, away.headers.get('retry-after')]).toEqual([503, '2'])
  expect(away.text).toContain('&lt;script&gt; is &quot;away&quot;')
  expect(away.text).not.toContain('<script>')
  expect((await site.ask('GET', '/api/nothing', { as: null, headers: HTML, cookie })).body.status).toBe(404)
})
