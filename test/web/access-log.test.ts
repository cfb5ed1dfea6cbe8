import { EventEmitter, once } from 'node:events'
import { Writable } from 'node:stream'
import { endpoint, ok } from '../../src/api'
import { Problem } from '../../src/base/errors'
import { takeOver } from '../../src/base/http/take-over'
import { createLog } from '../../src/base/log'
import { z } from '../../src/base/parse'
import { readConfig } from '../../src/config'
import { cookieOf, type Site, startSite } from './site'

type Line = Record<string, unknown>

const route = {
  method: 'get',
  role: 'viewer',
  summary: 'Answers.',
  replies: { 200: z.object({ text: z.string() }) },
} as const
const ends = new EventEmitter()
const endpoints = [
  endpoint({ ...route, path: '/api/stream' }, async ({ res }) => {
    const held = takeOver(res.set('Content-Type', 'text/event-stream'))
    res.locals.stream = {
      whenClosed: (callback: (isAborted: boolean) => void) => {
        ends.once('end', () => {
          held.end()
          callback(false)
        })
        ends.emit('held')
      },
    }
    return undefined
  }),
  endpoint({ ...route, path: '/api/large/{id}', query: z.object({ q: z.string().optional() }) }, async () =>
    ok({ text: 'x'.repeat(50_000) }),
  ),
  endpoint({ ...route, path: '/api/away' }, async () => {
    throw new Problem(503, 'unavailable', 'Later.')
  }),
]

/** A site, and the lines that it logs. */
async function siteWithLog(accessLog = true) {
  const lines: Line[] = []
  const waiting = new Set<() => void>()
  const output = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      for (const look of [...waiting]) look()
      done()
    },
  })
  const log = createLog({ level: 'debug', format: 'json', output })
  const site = await startSite({ log, endpoints: () => endpoints, config: { accessLog } })
  /** The line of a request; it is written after the answer. */
  const lineOf = (id: string) =>
    new Promise<Line>(resolve => {
      const look = () => {
        const line = lines.find(each => each.request_id === id)
        if (!line) return
        waiting.delete(look)
        resolve(line)
      }
      waiting.add(look)
      look()
    })
  return { site, lines, lineOf }
}

let made: Awaited<ReturnType<typeof siteWithLog>>
let count = 0
beforeAll(async () => {
  made = await siteWithLog()
})
afterAll(() => made.site.stop())

async function lineFor(path: string, options: Parameters<Site['ask']>[2] = {}) {
  const id = `request-${++count}`
  const answer = await made.site.ask('GET', path, { ...options, headers: { ...options.headers, 'x-request-id': id } })
  expect(answer.headers.get('x-request-id')).toBe(id)
  return made.lineOf(id)
}

test('a line tells the pattern of the route, status, duration, bytes, and who by id', async () => {
  const line = await lineFor('/api/large/17?q=hidden', { headers: { 'accept-encoding': 'identity' } })
  const { body } = await made.site.ask('GET', '/api/session')
  expect(line).toMatchObject({
    level: 'info',
    message: 'GET /api/large/{id} 200',
    route: '/api/large/{id}',
    status: 200,
    duration_ms: expect.any(Number),
    bytes: expect.any(Number),
    tenant_id: body.tenant.id,
    actor_id: body.actor.id,
  })
  expect(line.bytes).toBeGreaterThan(50_000)
  expect(line.bytes).toBeLessThan(52_000)
  expect(JSON.stringify(line)).not.toContain('hidden')
  expect(JSON.stringify(line)).not.toContain(body.name)
})

test('bytes are those of the request, also on a connection that is used again', async () => {
  await lineFor('/api/large/1')
  expect((await lineFor('/api/session')).bytes).toBeLessThan(3_000)
})

test('a stream has its line when it ends, with what it has sent until then', async () => {
  const held = once(ends, 'held')
  const line = lineFor('/api/stream')
  await held
  expect(made.lines.some(each => each.route === '/api/stream')).toBe(false)
  ends.emit('end')
  expect(await line).toMatchObject({ message: 'GET /api/stream 200', status: 200, actor_id: expect.any(String) })
  expect((await line).bytes).toBeGreaterThan(100)
  expect(await line).not.toHaveProperty('aborted')
})

test('an address that nothing is at has no route', async () => {
  const line = await lineFor('/nowhere/at/all', { as: null })
  expect(line).toMatchObject({ level: 'info', message: 'GET unknown address 404', path: '/nowhere/at/all' })
  expect(line).not.toHaveProperty('route')
})

test('pages, files and what machines scrape are for debugging', async () => {
  const cookie = cookieOf(
    await made.site.ask('POST', '/api/session', { as: null, body: { token: made.site.adminToken } }),
  )
  const headers = { accept: 'text/html' }
  expect(await lineFor('/jobs', { cookie, headers })).toMatchObject({ level: 'debug', route: '/jobs' })
  expect(await lineFor('/jobs/17', { cookie, headers })).toMatchObject({ level: 'debug', route: '/jobs/:id' })
  expect(await lineFor('/plain.js')).toMatchObject({ level: 'debug', route: '/{file}' })
  expect(await lineFor('/api/docs')).toMatchObject({ level: 'debug', route: '/api/docs' })
  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect(await lineFor(path)).toMatchObject({ level: 'debug', route: path })
})

test('an id that is not one is replaced', async () => {
  const answer = await made.site.ask('GET', '/healthz', { headers: { 'x-request-id': 'no id' } })
  const id = String(answer.headers.get('x-request-id'))
  expect(id).toMatch(/^[0-9a-f-]{36}$/)
  expect((await made.lineOf(id)).route).toBe('/healthz')
})

test('ACCESS_LOG=off leaves only requests that failed because of us', async () => {
  const { site, lines, lineOf } = await siteWithLog(false)
  const ask = (path: string, id: string) => site.ask('GET', path, { headers: { 'x-request-id': id } })
  await ask('/api/large/1', 'request-good')
  await ask('/api/away', 'request-away')
  expect(await lineOf('request-away')).toMatchObject({ level: 'warn', message: 'GET /api/away 503' })
  expect(lines.filter(({ request_id }) => request_id === 'request-good')).toEqual([])
  await site.stop()
})

test('ACCESS_LOG is on unless it is off', () => {
  expect(readConfig({}).config.accessLog).toBe(true)
  expect(readConfig({ ACCESS_LOG: 'off' }).config.accessLog).toBe(false)
  expect(() => readConfig({ ACCESS_LOG: 'perhaps' })).toThrow(/ACCESS_LOG/)
})
