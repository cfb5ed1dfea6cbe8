import type { Access } from '../../src/access'
import { type Endpoint, endpoint, ok } from '../../src/api'
import { z } from '../../src/base/parse'
import { ROLES } from '../../src/contract/values'
import { type Site, startSite } from '../web/site'

const extra: Endpoint[] = ROLES.map(role =>
  endpoint(
    {
      method: 'post',
      path: `/api/needs/${role}/{id}`,
      role,
      summary: 'Needs a role.',
      params: z.object({ id: z.string() }),
      replies: { 200: z.object({}) },
    },
    async () => ok({}),
  ),
)

let site: Site
beforeAll(async () => {
  site = await startSite({ endpoints: () => extra })
})
afterAll(() => site.stop())

const all = (access: Access) => [...access.endpoints, ...extra].filter(each => each.role !== 'anyone')
const pathOf = ({ path }: Endpoint) => path.replace(/\{\w+\}/g, '01a1fe47-fadb-7286-a422-db8d90ee84c1')

test('every endpoint refuses a missing and an invalid credential', async () => {
  expect(all(site.access).length).toBeGreaterThan(8)
  for (const each of all(site.access)) {
    const nobody = await site.ask(each.method.toUpperCase(), pathOf(each), { as: null })
    expect([each.path, nobody.status, nobody.body.code]).toEqual([each.path, 401, 'not_signed_in'])
    expect(nobody.headers.get('www-authenticate')).toBe('Bearer realm="tailrace"')
    const wrong = await site.ask(each.method.toUpperCase(), pathOf(each), { as: 'trt_wrong' })
    expect([each.path, wrong.status]).toEqual([each.path, 401])
    expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"')
  }
})

test('every endpoint refuses lower roles than its own', async () => {
  for (const each of all(site.access))
    for (const role of ROLES.slice(0, ROLES.indexOf(each.role as 'admin'))) {
      const token = await site.tokenFor(role)
      const answer = await site.ask(each.method.toUpperCase(), pathOf(each), { as: token })
      expect([each.path, role, answer.status, answer.body.code]).toEqual([each.path, role, 403, 'forbidden'])
    }
})

test('each role may do what lower roles may', async () => {
  for (const [index, role] of ROLES.entries()) {
    const token = await site.tokenFor(role)
    const statuses = await Promise.all(
      ROLES.map(async needed => (await site.ask('POST', `/api/needs/${needed}/1`, { as: token })).status),
    )
    expect(statuses).toEqual(ROLES.map((_, needed) => (needed <= index ? 200 : 403)))
  }
})

test.each([
  'token=x',
  'a=1&access_token=x',
  'api_key=',
  'TOKEN=x',
  '%74oken=x',
  'password=x',
  'nodeKey=x',
  'a=1&client_secret=x',
])('a secret in the URL (?%s) is refused everywhere, even with a valid header', async query => {
  for (const path of ['/api/session', '/', '/healthz', '/api/nothing', '/plain.js', '/api/openapi.json']) {
    const answer = await site.ask('GET', `${path}?${query}`)
    expect([path, answer.status]).toEqual([path, 400])
    expect(answer.body.errors[0].path).toMatch(/^query\./)
  }
})
