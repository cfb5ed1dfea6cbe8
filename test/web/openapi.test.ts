import { type Endpoint, endpoint } from '../../src/api'
import { z } from '../../src/base/parse'
import { byId, time, uuid } from '../../src/contract/fields'
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

test('the page shows the same without third-party or inline code', async () => {
  const { text, headers } = await site.ask('GET', '/api/docs', { as: null })
  expect(headers.get('content-type')).toContain('text/html')
  expect(text).toContain('A &lt;tree&gt;.')
  expect(text).not.toMatch(/<script|style=|https?:\/\//)
  expect((await site.ask('GET', '/api/docs/style.css', { as: null })).headers.get('content-type')).toContain('text/css')
})
