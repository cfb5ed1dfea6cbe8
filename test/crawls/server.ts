import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { Identity } from '../support/certificates'
import { httpSite, httpsSite } from '../support/sites'

/** Answers a request by hand; see also `raw`, `cut`, `endless`, `slow`, `reset` and `silent`. */
export type Handler = (ask: IncomingMessage, answer: ServerResponse) => void

/** A body, with a content type by the path's extension (default: HTML); a response; or a handler. */
export type Route =
  | string
  | Buffer
  | { status?: number; headers?: OutgoingHttpHeaders; body?: string | Buffer }
  | Handler

/**
 * By path with query, path without query, or `*` for all others (default: 404). Looked up at each request, so a test
 * may change them.
 */
export type Routes = Record<string, Route>

export interface Hit {
  method: string
  /** With the query. */
  path: string
  /** Milliseconds since the epoch. */
  at: number
  headers: IncomingHttpHeaders
}

export interface CrawlSite {
  /** Such as `http://127.0.0.1:40123`, without a slash at the end. */
  url: string
  /** `127.0.0.1:40123` */
  host: string
  port: number
  routes: Routes
  /** The requests so far, in order. */
  hits: Hit[]
  /** How often a path was asked for, whatever the query. */
  count(path: string): number
  /** Resolves once a path was asked for that often, counted from the start. */
  asked(path: string, times?: number): Promise<void>
  /** Connections that were opened so far. */
  connections(): number
  close(): Promise<void>
}

export interface SiteOptions {
  /** A loopback address. Default: 127.0.0.1. */
  host?: string
  /** The name in `url`; the test's resolver must know it. Default: the address. */
  name?: string
  /** Makes it HTTPS: a certificate with its key, followed by those that signed it. */
  tls?: Identity[]
}

/** Starts a web server on a free port. `closeSites` of test/support/sites.ts closes all of them. */
export async function startSite(routes: Routes, options: SiteOptions = {}): Promise<CrawlSite> {
  const { host = '127.0.0.1', name = host, tls } = options
  const hits: Hit[] = []
  const waiting = new Set<() => void>()
  const count = (path: string) => hits.filter(hit => hit.path === path || pathOf(hit.path) === path).length
  const listener: Handler = (ask, answer) => {
    hits.push({ method: ask.method ?? '', path: ask.url ?? '', at: Date.now(), headers: ask.headers })
    for (const check of waiting) check()
    respond(routes, ask, answer)
  }
  const credentials = tls && { cert: tls.map(link => link.cert).join(''), key: tls[0]?.key }
  const site = credentials ? await httpsSite(credentials, listener, host) : await httpSite(listener, host)
  return {
    url: `${tls ? 'https' : 'http'}://${name}:${site.port}`,
    host: `${name}:${site.port}`,
    port: site.port,
    routes,
    hits,
    count,
    asked: (path, times = 1) =>
      new Promise(resolve => {
        const check = () => {
          if (count(path) < times) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    connections: site.connections,
    close: site.close,
  }
}

function respond(routes: Routes, ask: IncomingMessage, answer: ServerResponse) {
  const path = ask.url ?? ''
  const route = routes[path] ?? routes[pathOf(path)] ?? routes['*'] ?? { status: 404, body: 'Not found' }
  if (typeof route === 'function') return route(ask, answer)
  const { status = 200, headers = {}, body = '' } = isBody(route) ? { body: route } : route
  const type = { 'content-type': typeOf(pathOf(path)) }
  answer.writeHead(status, {
    ...(hasName(headers, 'content-type') || !body.length ? {} : type),
    ...(hasName(headers, 'content-length') || status === 304 ? {} : { 'content-length': Buffer.byteLength(body) }),
    ...headers,
  })
  answer.end(ask.method === 'HEAD' ? undefined : body)
}

const pathOf = (path: string) => path.split('?', 1)[0] ?? ''
const isBody = (route: Exclude<Route, Handler>): route is string | Buffer =>
  typeof route === 'string' || Buffer.isBuffer(route)
const hasName = (headers: OutgoingHttpHeaders, wanted: string) =>
  Object.keys(headers).some(name => name.toLowerCase() === wanted)

function typeOf(path: string): string {
  if (path.endsWith('.txt')) return 'text/plain; charset=utf-8'
  return path.endsWith('.xml') ? 'application/xml' : 'text/html; charset=utf-8'
}

/** A redirect; the target may be relative. */
export const redirect = (location: string, status = 301): Route => ({ status, headers: { location } })

/** Sends exactly these bytes, such as a malformed head, and then closes the connection unless it is kept open. */
export const raw =
  (bytes: string | Buffer, { keepOpen = false } = {}): Handler =>
  (ask): void => {
    if (keepOpen) ask.socket.write(bytes)
    else ask.socket.end(bytes)
  }

/** Announces `length` bytes, sends only this text, and closes the connection. */
export const cut = (text: string, length = 100_000): Handler =>
  raw(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${length}\r\n\r\n${text}`)

/** Never stops sending, as fast as it is read. */
export const endless =
  (chunk = 'x'.repeat(16_384)): Handler =>
  (ask, answer): void => {
    answer.writeHead(200, { 'content-type': 'text/html' })
    const send = () => {
      while (!ask.socket.destroyed && answer.write(chunk)) {} // until the buffer is full
    }
    answer.on('drain', send)
    send()
  }

/** Sends a byte of the body at each interval, without end. */
export const slow =
  (everyMs: number): Handler =>
  (ask, answer): void => {
    answer.writeHead(200, { 'content-type': 'text/html' })
    const timer = setInterval(() => answer.write('x'), everyMs)
    ask.socket.on('close', () => clearInterval(timer))
  }

/** Resets the connection (TCP RST), after sending these bytes. With some, clients may see a regular end before. */
export const reset =
  (bytes = ''): Handler =>
  ({ socket }): void => {
    if (bytes) socket.write(bytes, () => socket.resetAndDestroy())
    else socket.resetAndDestroy()
  }

/** Never answers. */
export const silent: Handler = () => {}

/** Answers only after `release()`: once for all requests that wait, and for later ones at once. */
export function held(body: string): { route: Handler; release: () => void } {
  let release = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  const route: Handler = (_ask, answer) => {
    void released.then(() => answer.writeHead(200, { 'content-type': 'text/html' }).end(body))
  }
  return { route, release: () => release() }
}
