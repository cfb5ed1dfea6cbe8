import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Endpoint, endpoint } from '../../src/api'
import { z } from '../../src/base/parse'
import { byId, time, uuid } from '../../src/contract/fields'
import { jobRoutes } from '../../src/contract/jobs'
import { labelRoutes } from '../../src/contract/labels'
import { memberRoutes } from '../../src/contract/members'
import { packRoutes } from '../../src/contract/packs'
import { queryRoutes } from '../../src/contract/queries'
import type { Route } from '../../src/contract/route'
import { savedQueryRoutes } from '../../src/contract/saved-queries'
import { sessionRoutes } from '../../src/contract/sessions'
import { tenantRoutes } from '../../src/contract/tenants'
import { ticketRoutes } from '../../src/contract/tickets'
import { tokenRoutes } from '../../src/contract/tokens'
import { openApi, operationId } from '../../src/web/openapi'
import { type Site, startSite } from './site'

interface Tree {
  id: string
  at: string
  children: Tree[]
}
const tree: z.ZodType<Tree> = z.lazy(() => z.object({ id: uuid, at: time, children: z.array(tree) }))
const sample: Endpoint[] = [
  endpoint(
    {
      method: 'get',
      path: '/api/trees/{id}',
      role: 'viewer',
      summary: 'A <tree>.',
      params: byId,
      query: z.strictObject({ depth: z.coerce.number().default(3), q: z.string() }),
      replies: { 200: tree },
    },
    async () => undefined,
  ),
]

const nouns = [
  jobRoutes,
  labelRoutes,
  memberRoutes,
  packRoutes,
  queryRoutes,
  savedQueryRoutes,
  sessionRoutes,
  tenantRoutes,
  ticketRoutes,
  tokenRoutes,
]

let site: Site
beforeAll(async () => {
  site = await startSite({ endpoints: () => sample })
})
afterAll(() => site.stop())

test('operations have short, distinct names', () => {
  expect(operationId({ method: 'get', path: '/api/jobs/{id}/logs/stream' })).toBe('getJobsByIdLogsStream')
  expect(operationId({ method: 'post', path: '/api/enroll-secrets' })).toBe('postEnrollSecrets')
  const ids = [...site.access.endpoints, ...sample].map(operationId)
  expect(new Set(ids).size).toBe(ids.length)
})

test('the document lists every endpoint with its problems and role', async () => {
  const { body } = await site.ask('GET', '/api/openapi.json', { as: null })
  expect(body.openapi).toBe('3.1.0')
  for (const each of site.access.endpoints) {
    const operation = body.paths[each.path][each.method]
    expect(operation.responses['400'].content['application/problem+json'].schema.$ref).toBe(
      '#/components/schemas/Problem',
    )
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(Object.keys(each.replies)))
  }
  expect(body.paths['/api/session'].post.security).toEqual([])
  expect(body.paths['/api/trees/{id}'].get.parameters).toMatchObject([
    { name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
    { name: 'depth', in: 'query', required: false, schema: { default: 3 } },
    { name: 'q', in: 'query', required: true },
  ])
})

test('every reference resolves, also in recursive schemas', () => {
  const document = openApi([...site.access.endpoints, ...sample], '1', 'session')
  const text = JSON.stringify(document)
  const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => String(reference))
  expect(references.some(reference => reference.includes('getTreesById'))).toBe(true)
  for (const reference of references) {
    const found = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document)
    expect([reference, typeof found]).toEqual([reference, 'object'])
  }
  expect(text).toContain('"format":"date-time"')
})

test('endpoints are grouped by noun, and every group has a title', async () => {
  const { body } = await site.ask('GET', '/api/openapi.json', { as: null })
  const used = Object.values<Record<string, { tags: string[] }>>(body.paths).flatMap(methods =>
    Object.values(methods).flatMap(({ tags }) => tags),
  )
  expect(body.tags.map(({ name }: { name: string }) => name)).toEqual([...new Set(used)].sort())
  expect(body.tags).toContainEqual({ name: 'tokens', 'x-displayName': 'Tokens' })
})

test('the server URL is that of the request, or PUBLIC_URL', async () => {
  const urlOf = async (from: Site) => (await from.ask('GET', '/api/openapi.json', { as: null })).body.servers[0].url
  expect(await urlOf(site)).toBe(site.url)
  const other = await startSite({ config: { publicUrl: 'https://tailrace.example/' } })
  expect(await urlOf(other)).toBe('https://tailrace.example')
  await other.stop()
})

test('examples of bodies are valid', () => {
  const routes = nouns.flatMap(noun => Object.values<Route>(noun)).filter(({ example }) => example !== undefined)
  expect(routes.length).toBeGreaterThan(15)
  for (const { path, body, example } of routes) {
    const result = body?.safeParse(example)
    expect([path, result?.error?.issues]).toEqual([path, undefined])
  }
})

test('the curl commands work as they are', async () => {
  const { body } = await site.ask('GET', '/api/openapi.json', { as: null })
  const run = (path: string, method: string, env = {}) => {
    const [sample] = body.paths[path][method]['x-codeSamples']
    return promisify(execFile)('sh', ['-c', sample.source], { env: { ...process.env, TOKEN: site.adminToken, ...env } })
  }
  const { token, secret } = JSON.parse((await run('/api/tokens', 'post')).stdout)
  expect(token).toMatchObject({ name: 'deploy', role: 'operator' })
  const mine = JSON.parse((await run('/api/session', 'get', { TOKEN: secret })).stdout)
  expect(mine.role).toBe('operator')
  expect((await run('/api/tokens/{id}', 'delete', { ID: token.id })).stdout).toBe('')
  expect(JSON.parse((await run('/api/session', 'get', { TOKEN: secret })).stdout).status).toBe(401)
  const tree = await run('/api/trees/{id}', 'get', { ID: 'x', Q: 'it' })
  expect(JSON.parse(tree.stdout).errors).toMatchObject([{ path: 'params.id' }])
})

test('the document is compressed for clients that accept it', async () => {
  const lengthOf = async (coding: string) => {
    const answer = await site.ask('GET', '/api/openapi.json', { as: null, headers: { 'accept-encoding': coding } })
    expect(answer.body.openapi).toBe('3.1.0')
    expect(answer.headers.get('content-encoding')).toBe(coding === 'identity' ? null : coding)
    expect(answer.headers.get('vary')).toBe('Accept-Encoding')
    return Number(answer.headers.get('content-length'))
  }
  const [plain, gzip, br] = [await lengthOf('identity'), await lengthOf('gzip'), await lengthOf('br')]
  expect(gzip).toBeLessThan(plain / 4)
  expect(br).toBeLessThan(plain / 4)
})

test('the page has a policy without inline scripts', async () => {
  const { headers, text } = await site.ask('GET', '/api/docs', { as: null })
  expect(text).toContain('<title>')
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("script-src 'self';")
  expect(policy).toContain('worker-src blob:')
  expect(policy).not.toContain('unsafe')
})
