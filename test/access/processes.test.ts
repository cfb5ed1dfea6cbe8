import { appsOnFreshParts, type TestApp } from '../support/app'
import { eventually } from '../support/programs'
import { SseReader } from '../support/sse'
import { metricOf } from '../support/streams'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let here: TestApp
let there: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  here = await parts.start({ TAILRACE_ROLE: 'web' })
  there = await parts.start({ TAILRACE_ROLE: 'web' })
})
afterAll(() => parts.stop())

interface Invited {
  member: { id: string }
  link: string
}

/** A member invited in one process and signed in on the other. */
async function member(email: string, role: string) {
  const answer = (await (await here.post('/api/members', { email, name: 'Ada', role })).json()) as Invited
  const code = new URL(answer.link).searchParams.get('code')
  const signedIn = await there.post('/api/session', { code }, { authorization: '' })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  return { id: answer.member.id, cookie }
}

/** The topic of a job with a delay of an hour. */
async function quietTopic() {
  const input = { steps: [{ name: 'a', workers: 1, lines: 1, interval_ms: 0 }] }
  const made = await here.post('/api/jobs', { kind: 'demo', input, delay_ms: 3_600_000 })
  return `job:${((await made.json()) as { job: { id: string } }).job.id}`
}

const ask = (app: TestApp, method: string, path: string, body?: unknown) =>
  fetch(app.url + path, {
    method,
    headers: { ...here.headers, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
const stream = (cookie: string) => SseReader.open(`${there.url}/api/v2/events/stream`, { cookie })
const get = (path: string, cookie: string) => fetch(there.url + path, { headers: { cookie } })

test('a role lowered in one process applies in the other: open streams are closed to be reopened, requests are refused', async () => {
  const { id, cookie } = await member('ada@example.org', 'admin')
  expect((await get('/api/members', cookie)).status).toBe(200)
  const reader = await stream(cookie)
  const quiet = `/api/stream/poll?topic=${await quietTopic()}`
  const { last_event_id } = (await (await get(`${quiet}&wait_ms=0`, cookie)).json()) as { last_event_id: string }
  const poll = get(`${quiet}&wait_ms=60000&after=${last_event_id}`, cookie)
  const polls = () => metricOf(there, 'tailrace_stream_connections', { transport: 'poll' })
  await eventually(async () => (await polls()) === 1, 'the poll')
  expect((await ask(here, 'PATCH', `/api/members/${id}`, { role: 'viewer' })).status).toBe(200)
  await reader.finished
  expect(reader.retryMs).toBeGreaterThan(0)
  expect((await poll).status).toBe(200)
  expect((await get('/api/members', cookie)).status).toBe(403)
  const again = await stream(cookie)
  expect(again.response.status).toBe(200)
  await again.close()
  expect(await metricOf(there, 'tailrace_stream_closed_total', { reason: 'role_changed' })).toBeGreaterThan(0)
})

test('a member removed in one process is signed out of the other, streams included', async () => {
  const { id, cookie } = await member('bob@example.org', 'operator')
  const reader = await stream(cookie)
  expect((await ask(here, 'DELETE', `/api/members/${id}`)).status).toBe(204)
  await reader.finished
  expect((await get('/api/session', cookie)).status).toBe(401)
  expect((await stream(cookie)).response.status).toBe(401)
})

test('a session ended in one process has ended in the other, too', async () => {
  const { id, cookie } = await member('eve@example.org', 'viewer')
  const reader = await stream(cookie)
  const { items } = (await (await ask(here, 'GET', `/api/sessions?member_id=${id}`)).json()) as {
    items: { id: string }[]
  }
  expect((await ask(here, 'DELETE', `/api/sessions/${items[0]?.id}`)).status).toBe(204)
  await reader.finished
  expect((await get('/api/session', cookie)).status).toBe(401)
})
