import { newId } from '../../../src/base/ids'
import { cookieOf } from '../../web/site'
import { type AlertsSite, startAlertsSite } from '../site'

let site: AlertsSite

beforeAll(async () => {
  site = await startAlertsSite()
})
afterAll(() => site?.stop())

const JSON_TYPE = 'application/json'
/** How the body is compared: a JSON value, exact text, or the fields of a text. */
type Expected = [status: number, body?: unknown]

interface Request {
  method?: string
  path: string
  body?: unknown
  type?: string
  headers?: Record<string, string>
}

async function answerTo({ method = 'GET', path, body, type = JSON_TYPE, headers }: Request) {
  const response = await fetch(site.url + path, {
    method,
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${site.adminToken}`,
      ...(body !== undefined && { 'content-type': type }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const given = response.headers.get('content-type')
  return {
    status: response.status,
    type: given,
    text,
    body: given === JSON_TYPE && text ? JSON.parse(text) : text,
    headers: response.headers,
  }
}

async function expectAnswer(request: Request, [status, body = '']: Expected) {
  const answer = await answerTo(request)
  expect({ status: answer.status, body: answer.body }).toEqual({ status, body })
  expect(answer.headers.get('cache-control')).toBe('no-store')
  if (body === '') expect(answer.type).toBeNull()
}

const coded = (status: number, message: unknown, code = status): Expected => [status, { code, message }]
const label = { alertname: 'Row' }

describe('POST /alerts', () => {
  const post = (body: unknown, more: Partial<Request> = {}): Request => ({
    method: 'POST',
    path: '/api/v2/alerts',
    body,
    ...more,
  })

  test.each<[string, Request, Expected]>([
    ['no alerts', post([]), [200]],
    ['null', post('null'), [200]],
    ['unknown keys', post([{ labels: label, more: { any: 1 } }]), [200]],
    ['a charset', post([], { type: 'application/json; charset=utf-8' }), [200]],
    ['a slash at the end', post([], { path: '/api/v2/alerts/' }), [200]],
    ['an empty body', post(''), coded(422, 'alerts in body is required', 602)],
    ['no labels', post([{}]), coded(422, '0.labels in body is required', 602)],
    [
      'an address that is none',
      post([{ labels: label, generatorURL: 'foo' }]),
      coded(422, '0.generatorURL in body must be of type uri: "foo"', 601),
    ],
    ['a script as address', post([{ labels: label, generatorURL: 'javascript:alert(1)' }]), [200]],
    ['an object', post({}), coded(400, expect.stringMatching(/^parsing alerts body from "" failed, because json: /))],
    ['no JSON', post('[{]'), coded(400, expect.stringMatching(/^parsing alerts body from "" failed, because /))],
    ['a number as label', post([{ labels: { a: 1 } }]), coded(400, expect.stringMatching(/unmarshal number/))],
    ['a bad time', post([{ labels: label, startsAt: 'foo' }]), coded(400, expect.stringMatching(/parsing time "foo"/))],
    ['gzip', post('\u001f\u008b', { headers: { 'content-encoding': 'gzip' } }), coded(400, expect.any(String))],
    [
      'another type',
      post('[]', { type: 'text/plain' }),
      coded(415, 'unsupported media type "text/plain", only [application/json] are allowed'),
    ],
    ['no label left', post([{ labels: { a: '' } }]), [400, 'at least one label pair required']],
    ['a bad name', post([{ labels: { '1bad': 'x' } }]), [400, 'invalid label set: invalid name "1bad"']],
    [
      'a bad name of an annotation',
      post([{ labels: label, annotations: { '1bad': 'x' } }]),
      [400, 'invalid annotations: invalid name "1bad"'],
    ],
    [
      'a start after the end',
      post([{ labels: label, startsAt: '2030-01-02T00:00:00Z', endsAt: '2030-01-01T00:00:00Z' }]),
      [400, 'start time must be before end time'],
    ],
    [
      'several faults',
      post([{ labels: {} }, { labels: { alertname: 'Good' } }, { labels: { '2bad': 'x' } }]),
      [400, 'at least one label pair required; invalid label set: invalid name "2bad"'],
    ],
    [
      'more than 8 MiB',
      post(' '.repeat(9 * 1024 * 1024)),
      coded(413, expect.stringMatching(/larger than 8388608 bytes/)),
    ],
    ['PUT', post([], { method: 'PUT' }), coded(405, 'method PUT is not allowed, but [GET,POST] are')],
    [
      'OPTIONS',
      { method: 'OPTIONS', path: '/api/v2/alerts' },
      coded(405, 'method OPTIONS is not allowed, but [GET,POST] are'),
    ],
    ['the alias of v1', post([], { path: '/api/v1/alerts' }), [200, { status: 'success' }]],
  ])('%s', (_name, request, expected) => expectAnswer(request, expected))

  test('the good ones among bad ones are stored', async () => {
    const { body } = await answerTo({ path: '/api/v2/alerts?filter=alertname=Good' })
    expect(body).toHaveLength(1)
  })

  test('2 MiB are no problem', async () => {
    const alerts = Array.from({ length: 2_000 }, (_, i) => ({
      labels: { alertname: 'Big', no: String(i) },
      annotations: { text: 'x'.repeat(1_000) },
    }))
    await expectAnswer(post(alerts), [200])
    expect((await answerTo({ path: '/api/v2/alerts?filter=alertname=Big' })).body).toHaveLength(2_000)
  })
})

describe('reading', () => {
  const filter = (text: string) => `/api/v2/alerts?filter=${encodeURIComponent(text)}`
  test.each<[string, Expected]>([
    [filter('foo'), [400, 'bad matcher format: foo']],
    [filter('{a="b"}'), [400, 'bad matcher format: {a="b"}']],
    [filter(''), [400, 'bad matcher format: ']],
    [filter('a=~"("'), [400, expect.stringMatching(/^error parsing regexp: missing closing \): /)]],
    [
      '/api/v2/alerts?receiver=(',
      [400, expect.stringMatching(/^failed to parse receiver param: error parsing regexp: /)],
    ],
    ['/api/v2/alerts/groups?filter=foo', [400, 'bad matcher format: foo']],
    ['/api/v2/silences?filter=foo', [400, 'bad matcher format: foo']],
    ['/api/v2/alerts?active=maybe', [200, []]],
    ['/api/v2/alerts?receiver=incidents', [200, []]],
    [filter('a=b,c=d'), [200, []]],
    ['/api/v2/foo', coded(404, 'path /api/v2/foo was not found')],
    ['/api/v2/', coded(404, 'path /api/v2/ was not found')],
    ['/api/v2/silence', coded(404, 'path /api/v2/silence was not found')],
    ['/api/v2/silence/foo', coded(422, 'silenceID in path must be of type uuid: "foo"', 601)],
    ['/api/v2/silence/00000000-0000-4000-8000-000000000001', [404]],
    ['/api/v2/silence/00000000-0000-4000-8000-00000000000A', [404]],
    ['/api/v2/silence/00000000000040008000000000000001', [404]],
    ['/api/v2/receivers', [200, [{ name: 'incidents-only' }]]],
  ])('%s', (path, expected) => expectAnswer({ path }, expected))

  test.each(['true', 'TRUE', '1', 'yes', 'on', ''])('active=%s is true', async value => {
    expect((await answerTo({ path: `/api/v2/alerts?filter=alertname=Good&active=${value}` })).body).toHaveLength(1)
  })

  test('the true 404 by which Grafana tells us from Mimir', async () => {
    expect((await answerTo({ path: '/alertmanager/api/v2/status' })).status).toBe(404)
  })

  test('HEAD is not allowed, and only JSON is offered', async () => {
    expect((await answerTo({ method: 'HEAD', path: '/api/v2/status' })).status).toBe(405)
    await expectAnswer(
      { path: '/api/v2/receivers', headers: { accept: 'application/xml' } },
      coded(406, 'unsupported media type requested, only [application/json] are available'),
    )
  })

  test('the status says what amtool and Karma look for', async () => {
    const { body } = await answerTo({ path: '/api/v2/status' })
    expect(body).toEqual({
      cluster: { peers: [], status: 'disabled' },
      config: { original: expect.stringMatching(/^route:\n {2}receiver: incidents-only\n/) },
      uptime: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      versionInfo: {
        branch: expect.any(String),
        buildDate: expect.any(String),
        buildUser: expect.any(String),
        goVersion: expect.any(String),
        revision: expect.any(String),
        version: '0.25.0',
      },
    })
    expect(await site.metrics.metrics()).toMatch(/^alertmanager_build_info\{.*version="0\.25\.0"\} 1$/m)
  })

  test.each(['/-/healthy', '/-/ready'])('%s needs no credential', async path => {
    const response = await fetch(site.url + path)
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'OK',
    ])
    expect((await fetch(site.url + path, { method: 'HEAD' })).status).toBe(200)
    expect((await fetch(site.url + path, { method: 'POST' })).status).toBe(405)
    expect((await fetch(`${site.url}/-/foo`)).status).toBe(404)
  })

  test('a reload is confirmed, for tools that ask for one after each change', async () => {
    expect((await fetch(`${site.url}/-/reload`, { method: 'POST' })).status).toBe(200)
    expect((await fetch(`${site.url}/-/reload`)).status).toBe(405)
  })
})

describe('silences', () => {
  const matchers = [{ name: 'a', value: 'b', isRegex: false }]
  const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()
  const good = () => ({
    matchers,
    startsAt: new Date().toISOString(),
    endsAt: inAnHour(),
    createdBy: 'me',
    comment: 'c',
  })
  const post = (body: unknown): Request => ({ method: 'POST', path: '/api/v2/silences', body })
  const create = async (more: object = {}) => {
    const { status, body } = await answerTo(post({ ...good(), ...more }))
    expect(status).toBe(200)
    return body.silenceID as string
  }
  const read = async (id: string) => (await answerTo({ path: `/api/v2/silence/${id}` })).body
  const remove = (id: string): Request => ({ method: 'DELETE', path: `/api/v2/silence/${id}` })

  test.each<[string, object, Expected]>([
    ['an unknown id', { id: newId() }, [404, 'silence not found']],
    ['an id that is none', { id: 'foo' }, [404, 'silence not found']],
    ['no comment', { comment: undefined }, coded(422, 'comment in body is required', 602)],
    ['no creator', { createdBy: undefined }, coded(422, 'createdBy in body is required', 602)],
    [
      'no isRegex',
      { matchers: [{ name: 'a', value: 'b' }] },
      coded(422, 'matchers.0.isRegex in body is required', 602),
    ],
    ['no matchers', { matchers: [] }, coded(422, 'matchers in body should have at least 1 items', 612)],
    [
      'a start at its end',
      { startsAt: '2030-01-01T00:00:00Z', endsAt: '2030-01-01T00:00:00Z' },
      [400, 'Failed to create silence: start time must be before end time'],
    ],
    [
      'Go’s zero time as end',
      { endsAt: '0001-01-01T00:00:00Z' },
      [400, 'Failed to create silence: start time must be before end time'],
    ],
    [
      'an end in the past',
      { startsAt: '2020-01-01T00:00:00Z', endsAt: '2020-01-02T00:00:00Z' },
      [400, "Failed to create silence: end time can't be in the past"],
    ],
    [
      'a bad pattern',
      { matchers: [{ name: 'a', value: '(', isRegex: true }] },
      [
        400,
        expect.stringMatching(
          /^silence invalid: invalid label matcher 0: invalid regular expression "\(": error parsing/,
        ),
      ],
    ],
    [
      'what matches everything',
      { matchers: [{ name: 'a', value: '.*', isRegex: true }] },
      [400, 'silence invalid: at least one matcher must not match the empty string'],
    ],
    ['empty texts', { comment: '', createdBy: '' }, [200, { silenceID: expect.any(String) }]],
    [
      'a label that must be there',
      { matchers: [{ name: 'a', value: '', isRegex: false, isEqual: false }] },
      [200, { silenceID: expect.any(String) }],
    ],
  ])('POST with %s', (_name, more, expected) => expectAnswer(post({ ...good(), ...more }), expected))

  test('an empty body', () => expectAnswer(post(''), coded(422, 'silence in body is required', 602)))

  test('is read as it was posted, to the millisecond; a start in the past is now', async () => {
    const endsAt = '2035-01-01T00:00:00.123Z'
    const id = await create({ startsAt: '2020-01-01T00:00:00Z', endsAt })
    expect(await read(id)).toEqual({
      id,
      status: { state: 'active' },
      updatedAt: expect.stringMatching(/\.\d{3}Z$/),
      annotations: {},
      comment: 'c',
      createdBy: 'me',
      endsAt,
      matchers: [{ isEqual: true, isRegex: false, name: 'a', value: 'b' }],
      startsAt: expect.stringMatching(new RegExp(`^${new Date().getFullYear()}-`)),
    })
  })

  test('an edit of comment and end keeps the id; other matchers and edits of expired ones do not', async () => {
    const id = await create()
    const stored = await read(id)
    const endsAt = new Date(Date.now() + 7_200_000).toISOString()
    expect(await create({ ...stored, id, endsAt, comment: 'longer' })).toBe(id)
    expect(await read(id)).toMatchObject({ endsAt, comment: 'longer', startsAt: stored.startsAt })
    const other = await create({ ...stored, id, matchers: [{ name: 'a', value: 'c', isRegex: false }] })
    expect(other).not.toBe(id)
    expect((await read(id)).status.state).toBe('expired')
    expect(await create({ ...(await read(id)), id, endsAt })).not.toBe(id)
  })

  test('DELETE ends it, again too; an unknown one is 500 as in 0.25', async () => {
    const id = await create()
    await expectAnswer(remove(id), [200])
    await expectAnswer(remove(id), [200])
    expect((await read(id)).status.state).toBe('expired')
    await expectAnswer(remove(newId()), [500, 'silence not found'])
    await expectAnswer(remove('foo'), coded(422, 'silenceID in path must be of type uuid: "foo"', 601))
  })

  test('the list has active ones first, and filters by identical matchers', async () => {
    const matcher = { name: 'list', value: 'x', isRegex: false }
    const ids = {
      late: await create({ matchers: [matcher], endsAt: '2034-01-01T00:00:00Z' }),
      soon: await create({ matchers: [matcher, ...matchers] }),
      pending: await create({ matchers: [matcher], startsAt: inAnHour(), endsAt: '2034-01-01T00:00:00Z' }),
      ended: await create({ matchers: [matcher] }),
    }
    await answerTo(remove(ids.ended))
    const list = async (filter: string) =>
      (await answerTo({ path: `/api/v2/silences?filter=${encodeURIComponent(filter)}` })).body.map(
        ({ id }: { id: string }) => id,
      )
    expect(await list('list="x"')).toEqual([ids.soon, ids.late, ids.pending, ids.ended])
    expect(await list('list=~"x"')).toEqual([])
  })

  test('shows in the very next read', async () => {
    await answerTo({ method: 'POST', path: '/api/v2/alerts', body: [{ labels: { alertname: 'Quiet' } }] })
    const status = async (more = '') =>
      (await answerTo({ path: `/api/v2/alerts?filter=alertname=Quiet${more}` })).body.map(
        (alert: { status: object }) => alert.status,
      )
    expect(await status()).toEqual([{ inhibitedBy: [], mutedBy: [], silencedBy: [], state: 'active' }])
    const id = await create({ matchers: [{ name: 'alertname', value: 'Quiet', isRegex: false }] })
    expect(await status()).toEqual([{ inhibitedBy: [], mutedBy: [], silencedBy: [id], state: 'suppressed' }])
    expect(await status('&silenced=false')).toEqual([])
    expect(await status('&active=false')).toHaveLength(1)
    await answerTo(remove(id))
    expect(await status('&silenced=false')).toHaveLength(1)
  })
})

describe('credentials', () => {
  const basic = (password: string) => `Basic ${Buffer.from(`anyone:${password}`).toString('base64')}`
  const statusOf = async (authorization: string | undefined, method = 'GET', path = '/api/v2/receivers') => {
    const headers = { ...(authorization && { authorization }), ...(method === 'POST' && { 'content-type': JSON_TYPE }) }
    const response = await fetch(site.url + path, { method, headers, ...(method === 'POST' && { body: '[]' }) })
    return {
      status: response.status,
      challenge: response.headers.get('www-authenticate'),
      body: await response.json().catch(() => ''),
    }
  }

  test('a token as Bearer or as Basic password', async () => {
    expect((await statusOf(`Bearer ${site.adminToken}`)).status).toBe(200)
    expect((await statusOf(basic(site.adminToken))).status).toBe(200)
  })

  test.each([undefined, 'Bearer wrong', 'Bearer', basic('wrong'), basic('')])('%p is refused as text', async given => {
    const { status, challenge, body } = await statusOf(given)
    expect([status, typeof body]).toEqual([401, 'string'])
    expect(challenge).toMatch(/Bearer .*Basic /)
  })

  test('viewers read, operators write', async () => {
    const [viewer, operator] = await Promise.all([site.tokenFor('viewer'), site.tokenFor('operator')])
    expect((await statusOf(`Bearer ${viewer}`)).status).toBe(200)
    expect(await statusOf(basic(viewer), 'POST', '/api/v2/alerts')).toMatchObject({
      status: 403,
      body: 'This requires the role operator; the role of this token is viewer.',
    })
    expect((await statusOf(basic(operator), 'POST', '/api/v2/alerts')).status).toBe(200)
  })

  test('a cookie reads from the same origin only, and never writes', async () => {
    const signedIn = await site.ask('POST', '/api/session', { as: null, body: { token: site.adminToken } })
    const cookie = cookieOf(signedIn)
    const ask = async (method: string, headers: Record<string, string>) =>
      (await fetch(`${site.url}/api/v2/alerts`, { method, headers: { cookie, ...headers } })).status
    expect(await ask('GET', { 'sec-fetch-site': 'same-origin' })).toBe(200)
    expect(await ask('GET', { 'sec-fetch-site': 'cross-site' })).toBe(401)
    expect(await ask('POST', { 'sec-fetch-site': 'same-origin', 'content-type': JSON_TYPE })).toBe(401)
  })

  test('a token in the address is refused in the form of this API', () =>
    expectAnswer({ path: '/api/v2/alerts?token=x' }, [400, expect.stringMatching(/Never put a secret in a URL/)]))

  test('tenants see their own alerts only', async () => {
    const other = await site.tokenFor('admin', await site.anotherTenant())
    const response = await fetch(`${site.url}/api/v2/alerts`, { headers: { authorization: basic(other) } })
    expect(await response.json()).toEqual([])
  })
})
