import { once } from 'node:events'
import type { Request, Response } from 'express'
import type { StreamSlots } from '../../access'
import type { Principal } from '../../api'
import { Problem } from '../../base/errors'
import { takeOver } from '../../base/http/take-over'
import { isOutage } from '../../base/outage'
import type { StreamQuery } from '../../contract/streams'
import type { Topic } from '../entry'
import { controlEvent } from '../frame'
import type { Hub } from '../hub'
import { joinAll } from '../join-all'
import type { StreamMetrics } from '../metrics'
import { readSubscription } from '../subscription'
import { type ConnectionSettings, closeWith } from './connection'
import type { Connections } from './connections'
import { SSE_HEADERS, SseConnection } from './sse'

export interface SseDeps {
  hub: Hub
  connections: Connections
  metrics: StreamMetrics
  slots: StreamSlots
  settings: Omit<ConnectionSettings, 'heartbeatMs'>
}

export interface SseRequest {
  req: Request
  res: Response
  principal: Principal
  query: StreamQuery
}

const RETRY_LATER_MS = 30_000
const RETRY_LATER = { 'Retry-After': String(RETRY_LATER_MS / 1000) }

/** Answers a request with the stream of one topic, or of several with a composite id. */
export async function serveSse(
  deps: SseDeps,
  request: SseRequest,
  names: string[],
  { multiplexed = false } = {},
): Promise<undefined> {
  try {
    await open(deps, request, names, multiplexed)
  } catch (error) {
    // Anything else is a bug: the error handler logs it and answers.
    if (!(error instanceof Problem) && !isOutage(error)) throw error
    const problem = error instanceof Problem ? error : unavailable()
    if (problem.status < 429 || !isEventSource(request.req) || request.res.headersSent) throw problem
    askToReconnect(request.res, problem.detail)
  }
}

async function open(deps: SseDeps, { req, res, principal, query }: SseRequest, names: string[], multiplexed: boolean) {
  const { hub, connections, metrics } = deps
  if (principal.topics && !names.every(name => principal.topics?.includes(name)))
    throw new Problem(403, 'forbidden', 'The ticket is not for this topic.')
  const topics: Topic[] = names.map(name => ({ tenantId: principal.tenantId, name }))
  const subscription = readSubscription(names, query, req.get('last-event-id'))
  if (req.method === 'HEAD') {
    for (const topic of topics) await hub.mustExist(topic)
    return void res.writeHead(200, SSE_HEADERS).end()
  }
  // Frames are written to the socket, and a pipelined request has none until the previous one was answered.
  if (!res.socket) await once(res, 'socket')
  const release = takeSlot(deps, principal, req)
  const heartbeatMs = Math.min(...names.map(name => hub.family(name)?.heartbeatMs ?? Number.POSITIVE_INFINITY))
  const settings = { ...deps.settings, heartbeatMs }
  const connection = new SseConnection(names, principal.credentialId, settings, metrics, multiplexed)
  connection.whenClosed(release)
  const stay = closeWith(res, connection)
  try {
    const joined = await joinAll(hub, topics, { ...subscription, role: principal.role }, connection)
    connection.readers.push(...joined.map(({ reader }) => reader))
    if (connection.isClosed || joined.every(({ finished }) => finished)) {
      for (const reader of connection.readers) reader.close()
      connection.abandon()
      return void res.status(204).end()
    }
    stay()
    connection.open(takeOver(withStreamHeaders(res)))
    res.locals.stream = connection
    connections.add(connection)
    for (const { begin } of joined) begin()
  } catch (error) {
    connection.abandon()
    throw error
  }
}

/** Headers that only matter for documents. */
const FOR_DOCUMENTS =
  /^(content-security-policy|cross-origin-|origin-agent-cluster|referrer-policy|x-(dns|download|frame|permitted|xss)-)/

function withStreamHeaders(res: Response): Response {
  for (const name of res.getHeaderNames()) if (FOR_DOCUMENTS.test(name)) res.removeHeader(name)
  return res.set(SSE_HEADERS)
}

/**
 * Takes a slot for a stream.
 * @returns a function that releases it
 * @throws Problem 429
 */
export function takeSlot({ slots }: Pick<SseDeps, 'slots'>, principal: Principal, req: Request): () => void {
  const release = slots.take(principal, req.ip ?? '')
  if (typeof release === 'function') return release
  const who = release === 'per_ip' ? 'address' : 'tenant'
  throw new Problem(
    429,
    'too_many_streams',
    `This ${who} has reached its limit of open streams. Close one, or wait.`,
    [],
    RETRY_LATER,
  )
}

const unavailable = () =>
  new Problem(503, 'stream_unavailable', 'The stream cannot be opened now. Try again later.', [], RETRY_LATER)

/** A browser's EventSource sends the cookie, never an Authorization header. */
const isEventSource = (req: Request) => !req.get('authorization') && /text\/event-stream/.test(req.get('accept') ?? '')

/** EventSource gives up after any status other than 200, so it gets a stream that only says when to reconnect. */
function askToReconnect(res: Response, why: string) {
  const retry = Math.round(RETRY_LATER_MS * (1 + Math.random()))
  res.writeHead(200, SSE_HEADERS)
  const { event, data } = controlEvent('overloaded', { reason: why, retry_ms: retry })
  res.end(`retry: ${retry}\nevent: ${event}\ndata: ${data}\n\n`)
}
