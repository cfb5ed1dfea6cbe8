import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as after } from 'node:timers/promises'
import { eventBody, frameOf, inspectBody, type StubContainer, type StubLine, statsBody, timeText } from './stub-shapes'

type Fault =
  | { path: RegExp; kind: 'hang' }
  | { path: RegExp; kind: 'status'; status: number }
  | { path: RegExp; kind: 'break' }
  | { path: RegExp; kind: 'slow'; ms: number }

/** An engine of either kind on a Unix socket, with the faults that real ones show. */
export class StubEngine {
  readonly containers = new Map<string, StubContainer>()
  /** Method and path of each request. */
  readonly requests: string[] = []
  faults: Fault[] = []
  /** Bytes in which logs are sent; undefined: as they come. */
  chunkBytes: number | undefined
  /** What actions take. */
  actionMs = 0
  cgroup: 1 | 2 = 2
  readonly #followers = new Map<string, Set<(line: StubLine | 'end') => void>>()
  readonly #listeners = new Set<(text: string) => void>()
  readonly #past: { at: number; text: string }[] = []
  #server = createServer((request, response) => void this.#answer(request, response))

  private constructor(
    readonly socket: string,
    readonly kind: 'docker' | 'podman',
  ) {}

  static async start(socket: string, kind: 'docker' | 'podman' = 'docker'): Promise<StubEngine> {
    const engine = new StubEngine(socket, kind)
    await engine.up()
    return engine
  }

  async up(): Promise<void> {
    this.#server = createServer((request, response) => void this.#answer(request, response))
    this.#server.keepAliveTimeout = 60_000
    this.#server.listen(this.socket)
    await once(this.#server, 'listening')
  }

  async down(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
    await rm(this.socket, { force: true })
  }

  run(name: string, given: Partial<StubContainer> = {}): StubContainer {
    const now = Date.now()
    const container: StubContainer = {
      ...{ id: randomBytes(32).toString('hex'), name, image: 'example/app:1', labels: {}, state: 'running' },
      ...{
        exitCode: 0,
        restarts: 0,
        createdAt: now,
        startedAt: now,
        finishedAt: 0,
        tty: false,
        lines: [],
        cpuShare: 0.1,
      },
      counters: { cpuNs: 1e9, memory: 50e6, cache: 10e6, rx: 1_000, tx: 1_000, read: 0, write: 0, pids: 3 },
      ...given,
    }
    this.containers.set(container.id, container)
    this.emit(container, 'start')
    return container
  }

  remove(container: StubContainer): void {
    this.containers.delete(container.id)
    this.emit(container, 'destroy')
  }

  end(container: StubContainer, exitCode: number): void {
    Object.assign(container, { state: 'exited', exitCode, finishedAt: Date.now() })
    this.emit(container, 'die', { exitCode: String(exitCode) })
    for (const follow of this.#followers.get(container.id) ?? []) follow('end')
  }

  begin(container: StubContainer): void {
    Object.assign(container, { state: 'running', startedAt: Date.now() })
    this.emit(container, 'start')
  }

  log(container: StubContainer, text: string, given: Partial<StubLine> = {}): void {
    const line: StubLine = { at: Date.now(), stream: 'stdout', text, ...given }
    container.lines.push(line)
    for (const follow of this.#followers.get(container.id) ?? []) follow(line)
  }

  emit(container: StubContainer, action: string, attributes: Record<string, string> = {}): void {
    const text = eventBody(container, action, attributes)
    this.#past.push({ at: Date.now(), text })
    for (const listen of this.#listeners) listen(text)
  }

  /** Streams that are open now, by their paths, are broken. */
  breakStreams(): void {
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://engine')
    this.requests.push(`${request.method} ${request.url}`)
    const fault = this.faults.find(({ path }) => path.test(`${request.method} ${request.url}`))
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'break') return void request.socket.destroy()
    if (fault?.kind === 'status') return json(response, { message: 'The stub fails.' }, fault.status)
    if (fault?.kind === 'slow') response.socket?.setNoDelay(true)
    const slowMs = fault?.kind === 'slow' ? fault.ms : 0
    if (url.pathname === '/_ping') return void response.writeHead(200, this.#versionHeaders()).end('OK')
    if (url.pathname === '/events') return this.#events(url, response)
    if (url.pathname === '/containers/json') return json(response, this.#list(url), 200, slowMs)
    const [, key = '', verb = ''] = /^\/containers\/([^/]+)\/(\w+)$/.exec(url.pathname) ?? []
    const found = [...this.containers.values()].find(({ id, name }) => id.startsWith(key) || name === key)
    if (!found) return json(response, { message: `No such container: ${key}` }, 404)
    if (verb === 'json') return json(response, inspectBody(found, this.kind), 200, slowMs)
    if (verb === 'stats') return this.#stats(found, response, slowMs)
    if (verb === 'logs') return this.#logs(found, url, response)
    return this.#act(found, verb, response)
  }

  #versionHeaders() {
    return { Server: this.kind === 'podman' ? 'Libpod/4.3.1 (linux)' : 'Docker/27.5.1 (linux)', 'Api-Version': '1.41' }
  }

  #list(url: URL) {
    const all = url.searchParams.get('all') === 'true'
    const shown = [...this.containers.values()].filter(({ state }) => all || state === 'running')
    return shown.map(({ id, name, state }) => ({ Id: id, Names: [`/${name}`], State: state }))
  }

  #stats(container: StubContainer, response: ServerResponse, slowMs: number): void {
    // Podman answers with an empty body (podman#16225)
    if (container.state !== 'running' && this.kind === 'podman') return void response.end()
    json(response, statsBody(container, this.kind, this.cgroup), 200, slowMs)
  }

  #events(url: URL, response: ServerResponse): void {
    const since = Number(url.searchParams.get('since')) * 1_000
    response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders()
    for (const { at, text } of this.#past) if (at >= since) response.write(text)
    const listen = (text: string) => void response.write(text)
    this.#listeners.add(listen)
    response.on('close', () => this.#listeners.delete(listen))
  }

  #logs(container: StubContainer, url: URL, response: ServerResponse): void {
    const since = Number(url.searchParams.get('since') ?? 0) * 1_000
    const tail = Number(url.searchParams.get('tail') ?? Number.POSITIVE_INFINITY)
    response.writeHead(200, this.#logHeaders(container)).flushHeaders()
    response.socket?.setNoDelay(true)
    const send = (line: StubLine) => {
      const text = `${timeText(line.at, this.kind)} ${line.text}${line.isPart ? '' : container.tty ? '\r\n' : '\n'}`
      this.#write(response, container.tty ? Buffer.from(text) : frameOf(line.stream, text))
    }
    const past = container.lines.filter(({ at }) => at >= since)
    for (const line of past.slice(-Math.min(tail, past.length) || past.length)) send(line)
    if (container.state !== 'running') return void response.end()
    const follow = (line: StubLine | 'end') => (line === 'end' ? response.end() : send(line))
    const followers = this.#followers.get(container.id) ?? new Set()
    this.#followers.set(container.id, followers.add(follow))
    response.on('close', () => followers.delete(follow))
  }

  #logHeaders({ tty }: StubContainer): Record<string, string> {
    if (this.kind === 'podman') return {}
    return { 'Content-Type': `application/vnd.docker.${tty ? 'raw' : 'multiplexed'}-stream` }
  }

  #write(response: ServerResponse, bytes: Buffer): void {
    const size = this.chunkBytes ?? bytes.length
    for (let at = 0; at < bytes.length; at += size) response.write(bytes.subarray(at, at + size))
  }

  async #act(container: StubContainer, verb: string, response: ServerResponse): Promise<void> {
    if (this.actionMs > 0) await after(this.actionMs)
    const isRunning = container.state === 'running'
    if ((verb === 'start' && isRunning) || (verb === 'stop' && !isRunning)) return void response.writeHead(304).end()
    if (verb !== 'start' && isRunning) this.end(container, verb === 'stop' ? 143 : 0)
    if (verb !== 'stop') this.begin(container)
    response.writeHead(204).end()
  }
}

function json(response: ServerResponse, body: unknown, status = 200, slowMs = 0): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'Content-Type': 'application/json' })
  if (slowMs === 0) return void response.end(text)
  response.write(text.slice(0, 5))
  setTimeout(() => response.end(text.slice(5)), slowMs)
}
