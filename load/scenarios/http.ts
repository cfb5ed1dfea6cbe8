import { setTimeout as delay } from 'node:timers/promises'
import autocannon from 'autocannon'
import { median, nowMs, percentile, rounded } from '../figures'
import type { BareHttpQuestions } from '../peers/bare-http'
import { type Server, startPlace, startServer } from '../place'
import { startProgram } from '../programs/program'
import type { Scenario } from './scenario'
import { profiled } from './stage'

const WARM_UP_SECONDS = 2
const SECONDS = 5
const CONNECTIONS = 20
const JOB = { kind: 'demo', input: { steps: [{ name: 'nothing', lines: 0 }] } }
/** As many as one request takes, over a few connections. */
const BULK_JOBS = 1_000
const BULK_CONNECTIONS = 4
/** Requests that each find an idle server. */
const IDLE_REQUESTS = 40
const IDLE_PAUSE_MS = 100

interface Measured {
  name: string
  method: 'GET' | 'POST'
  path: string
  body?: string
  connections?: number
}

const ROUTES: Measured[] = [
  { name: 'get_session', method: 'GET', path: '/api/session' },
  { name: 'post_jobs', method: 'POST', path: '/api/jobs', body: JSON.stringify(JOB) },
  { name: 'get_jobs_50', method: 'GET', path: '/api/jobs?limit=50' },
  { name: 'get_queues', method: 'GET', path: '/api/queues' },
  { name: 'get_healthz', method: 'GET', path: '/healthz' },
  {
    ...{ name: 'post_jobs_bulk', method: 'POST', path: '/api/jobs/bulk', connections: BULK_CONNECTIONS },
    body: JSON.stringify({ jobs: Array(BULK_JOBS).fill(JOB) }),
  },
]

/** The JSON API, driven by autocannon from this process, beside servers that only send the same response. */
export const http: Scenario = async ({ profileTo }) => {
  const place = await startPlace()
  try {
    const web = await startServer(place, 'web')
    const headers = { authorization: `Bearer ${place.token}`, 'content-type': 'application/json' }
    const idle = await alone(web)
    const figures: Record<string, unknown> = {}
    for (const route of ROUTES) {
      const ours = await profiled(web, `http-${route.name}`, profileTo, () => ask(web.url, route, headers, web))
      figures[route.name] = { ...ours, bare: await bareFigures(web, route, headers) }
    }
    return {
      ...figures,
      ...{ alone: idle, jobs_per_bulk_request: BULK_JOBS, connections: CONNECTIONS },
      processes: ['web', 'autocannon', 'postgres', 'redis'],
    }
  } finally {
    await place.stop()
  }
}

type Headers = Record<string, string>

/** @param server whose CPU time is measured */
async function ask(url: string, route: Measured, headers: Headers, server?: Pick<Server, 'ask'>) {
  const { method, body, connections = CONNECTIONS } = route
  const path = server ? route.path : '/'
  const options = {
    url: new URL(path, url).href,
    method,
    connections,
    headers,
    bailout: 100,
    timeout: 60,
    ...(body && { body }),
  }
  await autocannon({ ...options, duration: WARM_UP_SECONDS })
  const before = await server?.ask('cpu', undefined)
  const { requests, latency, non2xx, errors } = await autocannon({ ...options, duration: SECONDS })
  const after = await server?.ask('cpu', undefined)
  if (non2xx || errors) throw new Error(`${route.path}: ${non2xx} refused, ${errors} failed`)
  return {
    requests_per_s: rounded(requests.average),
    latency_ms: { p50: latency.p50, p99: latency.p99 },
    ...(before !== undefined &&
      after !== undefined && { cpu_ms_per_request: rounded(((after - before) * 1_000) / requests.total) }),
  }
}

/** How many requests servers answer that only send what `web` has answered. */
async function bareFigures(web: Server, route: Measured, headers: Headers) {
  const { method, path, body = null } = route
  const response = await fetch(web.url + path, { method, headers, body })
  const hopByHop = /^(connection|keep-alive|transfer-encoding|content-length|date)$/
  const copied = Object.fromEntries([...response.headers].filter(([name]) => !hopByHop.test(name)))
  const bare = startProgram<BareHttpQuestions>('load/peers/bare-http')
  const given = { status: response.status, headers: copied, body: await response.text() }
  const urls = await bare.ask('start', given)
  const express = await ask(urls.express, route, headers)
  const http = await ask(urls.http, route, headers)
  await bare.stop()
  return { express_per_s: express.requests_per_s, http_per_s: http.requests_per_s }
}

/** The time of single requests, with pauses between them. */
async function alone(web: Server) {
  const times = { post_ms: [] as number[], session_ms: [] as number[] }
  for (let i = 0; i < IDLE_REQUESTS; i++) {
    await delay(IDLE_PAUSE_MS)
    const postAt = nowMs()
    await web.post('/api/jobs', JOB)
    times.post_ms.push(nowMs() - postAt)
    await delay(IDLE_PAUSE_MS)
    const readAt = nowMs()
    await web.get('/api/session')
    times.session_ms.push(nowMs() - readAt)
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => [
      name,
      { p50: rounded(median(all)), p95: rounded(percentile(all, 0.95)), min: rounded(Math.min(...all)) },
    ]),
  )
}
