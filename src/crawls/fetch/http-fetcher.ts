import { deadline, isLate } from '../../base/deadline'
import type { Failure, Refused } from '../../base/failure'
import { type Exchanged, type ExchangeOptions, HttpConnection } from '../../base/http'
import type { Outbound } from '../../base/outbound'
import { reach } from '../../base/reach'
import { Connections, type IdleLimits } from './connections'
import type { Fetcher, FetchFailure, FetchRequest } from './fetcher'
import { mayPass } from './may-pass'
import { contentTypeOf, responseOf } from './response'

const LIMITS: IdleLimits = { idleMs: 4_000, idlePerOriginMax: 32, idleMax: 256 }

/**
 * Fetches with HTTP/1.1 through the outbound guard, which checks the addresses of each new connection. Connections are
 * kept and reused by origin. Whatever a server or the network does is an outcome.
 */
export function createFetcher(outbound: Outbound, limits: Partial<IdleLimits> = {}): Fetcher {
  const connections = new Connections({ ...LIMITS, ...limits })
  return {
    async fetch(request, signal) {
      const startedAt = performance.now()
      const limit = deadline(signal, request.timeoutMs)
      try {
        const got = await exchange(request, { outbound, connections, signal: limit.signal })
        if ('error' in got) return failureOf(got.error, startedAt)
        const response = await responseOf(got.exchanged, request, limit.signal)
        if ('error' in response) return failureOf(response.error, startedAt, got.exchanged.headAt)
        const firstByteMs = got.exchanged.headAt - startedAt
        return { ...response, address: got.address, firstByteMs, durationMs: performance.now() - startedAt }
      } finally {
        limit.end()
      }
    },

    async close() {
      connections.closeAll()
    },
  }
}

interface Work {
  outbound: Outbound
  connections: Connections
  signal: AbortSignal
}

interface Answered {
  exchanged: Exchanged
  address: string
}

async function exchange(request: FetchRequest, { outbound, connections, signal }: Work): Promise<Answered | Refused> {
  const url = new URL(request.url)
  const kept = connections.take(url.origin)
  if (kept) {
    const got = await exchangeOn(kept, url, request, connections, signal)
    // the server may have closed the connection meanwhile, which says nothing about this request
    if (!('error' in got) || isLate(signal)) return got
  }
  const isSecure = url.protocol === 'https:'
  const port = Number(url.port) || (isSecure ? 443 : 80)
  const socket = await reach(outbound, { host: url.hostname, port, isSecure }, signal)
  if ('error' in socket) return socket
  const connection: HttpConnection = new HttpConnection(socket, () => connections.forget(connection))
  return exchangeOn(connection, url, request, connections, signal)
}

async function exchangeOn(
  connection: HttpConnection,
  url: URL,
  request: FetchRequest,
  connections: Connections,
  signal: AbortSignal,
): Promise<Answered | Refused> {
  const { method, headers, bodyBytesMax, wantsBody } = request
  const options: ExchangeOptions = {
    bytesMax: bodyBytesMax,
    wantsBody: ({ status, fields }) => wantsBody?.(status, contentTypeOf(fields)) ?? true,
  }
  const exchanged = await connection.exchange({ url, method, headers }, options, signal)
  connections.put(url.origin, connection)
  return 'error' in exchanged ? exchanged : { exchanged, address: connection.address }
}

function failureOf({ code, message }: Failure, startedAt: number, headAt = performance.now()): FetchFailure {
  const durationMs = performance.now() - startedAt
  return {
    kind: 'failure',
    reason: code,
    message,
    mayPass: mayPass(code),
    firstByteMs: headAt - startedAt,
    durationMs,
  }
}
