import { Agent, request } from 'node:http'
import fc from 'fast-check'
import type { Node } from './node'

interface Operation {
  parameters?: { name: string; in: string }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}
interface Schema {
  properties?: Record<string, unknown>
  $ref?: string
}
export interface Description {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

/** A request that may be invalid in any way. */
export interface FuzzRequest {
  method: string
  url: string
  headers: Record<string, string>
  body: string | undefined
}

const UUID = '01a1fe71-f3c9-704c-ac8a-ea0d459d2035'
const words = [
  ...['', ' ', '0', '-1', '1.5', '1e309', 'NaN', 'null', 'true', '[]', '{}', '*', '../..', "' OR 1=1 --", '\\', '%'],
  ...[
    '\0',
    '\ud800',
    '\u2028',
    '😀',
    'x'.repeat(5_000),
    '9'.repeat(40),
    UUID,
    UUID.toUpperCase(),
    'x.1',
    'abc~1.2~3.4',
  ],
  ...['2026-01-01', '0000-00-00', 'job:', `job:${UUID}`, 'events', 'service:web', 'asc', 'json', 'demo', 'failed'],
]
const text = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
)
/** URL-encoded text; some escapes are invalid. */
const inUrl = fc.oneof(
  { weight: 8, arbitrary: text.map(each => encodeURIComponent(each.toWellFormed())) },
  { weight: 1, arbitrary: fc.constantFrom('%', '%00', '%ff', '%c3%28', '%2e%2e%2f', '%zz') },
)
const headerText = fc
  .string({ unit: fc.integer({ min: 0x20, max: 0xff }).map(code => String.fromCharCode(code)), maxLength: 60 })
  .map(each => each.replaceAll('\x7f', '~'))
  .filter(each => each.trim() === each)
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, [], {}, '', 0, -1, 1e308, true, 'x'.repeat(2_000), [[[[[[]]]]]], { __proto__: 1 }),
)

/** Requests to every route with random ids, queries, bodies and headers. */
export function fuzzRequests(description: Description, web: Node): fc.Arbitrary<FuzzRequest> {
  const all = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => requestTo(description, web, path, method, operation)),
  )
  return fc.oneof(...all)
}

function requestTo(description: Description, web: Node, path: string, method: string, operation: Operation) {
  const known = (operation.parameters ?? []).filter(each => each.in === 'query').map(({ name }) => name)
  const fields = fieldsOf(description, operation)
  const parts = {
    path: pathOf(path),
    query: queryOf(known),
    headers: headersOf(web),
    body: fields === undefined ? fc.constant(undefined) : bodyOf(fields),
  }
  return fc.record(parts).map(({ path, query, headers, body }) => ({
    method: method.toUpperCase(),
    // answered at once, unless the wait itself is fuzzed
    url: `${path}?${known.includes('wait_ms') && !query.includes('wait_ms') ? 'wait_ms=0&' : ''}${query}`,
    headers,
    body,
  }))
}

function pathOf(path: string): fc.Arbitrary<string> {
  const names = [...path.matchAll(/\{\w+\}/g)].map(([name]) => name)
  const segment = fc.oneof(
    inUrl.filter(each => each !== ''),
    fc.constant(UUID),
  )
  return fc
    .tuple(...names.map(() => segment))
    .map(values => names.reduce((text, name, i) => text.replace(name, () => values[i] ?? ''), path))
}

/** A long wait is valid, but would delay the test. */
const isLongWait = (name: string, value: string) => name === 'wait_ms' && Number(value) > 0

function queryOf(known: string[]): fc.Arbitrary<string> {
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...(known.length ? known : ['x'])) },
    { weight: 1, arbitrary: fc.constantFrom('unknown', 'token', 'a[b]', '__proto__', 'label.x', 'label.', '') },
  )
  return fc.array(fc.tuple(name, inUrl), { maxLength: 3 }).map(pairs =>
    pairs
      .filter(([name, value]) => !isLongWait(name, value))
      .map(pair => pair.join('='))
      .join('&'),
  )
}

function headersOf(web: Node): fc.Arbitrary<Record<string, string>> {
  const own = web.headers.authorization ?? ''
  const optional = fc.record(
    {
      'last-event-id': headerText,
      'idempotency-key': headerText,
      'x-request-id': headerText,
      accept: fc.constantFrom('text/event-stream', '*/*', 'x', 'application/json;q=z'),
      'content-type': fc.constantFrom('text/plain', 'application/json; charset=utf-7', 'application/json', 'x'),
      'content-encoding': fc.constantFrom('gzip', 'nonsense'),
      'if-none-match': headerText,
      cookie: headerText,
      origin: fc.constantFrom('null', 'https://elsewhere.example', '::'),
      range: headerText,
    },
    { requiredKeys: [] },
  )
  const credential = fc.oneof(
    { weight: 12, arbitrary: fc.constant<Record<string, string>>({ authorization: own }) },
    { weight: 1, arbitrary: headerText.map(authorization => ({ authorization })) },
    { weight: 1, arbitrary: fc.constant<Record<string, string>>({}) },
  )
  return fc
    .tuple(fc.constant({ 'content-type': 'application/json' }), optional, credential)
    .map(([standard, more, who]) => ({ ...standard, ...more, ...who }))
}

function bodyOf(fields: string[]): fc.Arbitrary<string> {
  const known = fc.dictionary(fc.constantFrom(...(fields.length ? fields : ['x'])), fc.oneof(json, text), {
    maxKeys: 4,
  })
  return fc.oneof(
    { weight: 6, arbitrary: known.map(value => JSON.stringify(value)) },
    { weight: 2, arbitrary: json.map(value => JSON.stringify(value)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '',
        '{',
        'nul',
        '"',
        '{"a":1}}',
        '['.repeat(10_000),
        ' '.repeat(1_100_000),
        '\ufeff{}',
      ),
    },
  )
}

function fieldsOf({ components }: Description, { requestBody }: Operation): string[] | undefined {
  const schema = requestBody?.content['application/json']?.schema
  if (!schema) return undefined
  const named = schema.$ref ? components.schemas[schema.$ref.split('/').at(-1) ?? ''] : schema
  return Object.keys(named?.properties ?? {})
}

const agent = new Agent({ keepAlive: true })

export interface FuzzResponse {
  status: number
  type: string
  text: string
}

/** Sends the request unchanged, which fetch would not, and reads the response unless it is a stream. */
export function send(web: Node, { method, url, headers, body = '' }: FuzzRequest): Promise<FuzzResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = request(web.url, { method, path: url, headers, agent }, response => {
      const { statusCode: status = 0, headers } = response
      const type = headers['content-type'] ?? ''
      if (type.startsWith('text/event-stream')) {
        response.destroy()
        return resolve({ status, type, text: '' })
      }
      let text = ''
      response.setEncoding('utf8').on('data', part => {
        text += part
      })
      response.on('end', () => resolve({ status, type, text }))
      response.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
