import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Line, SseReader, type StreamEvent } from '../support/sse'
import type { Node } from './node'

/** A viewer's open connection. */
interface Link {
  /** Cuts the connection like a network failure. */
  cut(): void
  /** Resolves when the connection has ended, whoever ended it. */
  ended: Promise<unknown>
}

/** What is read from: a process, or an app inside the test. */
type Site = Pick<Node, 'url' | 'headers'>

interface ConnectOptions {
  web: Site
  topic: string
  lastId: string
  take(event: StreamEvent): void
}

/** Resolves with undefined if there is nothing left to read. */
type Transport = (options: ConnectOptions) => Promise<Link | undefined>

/** Delay between two connection attempts. */
const RECONNECT_MS = 50

const pathOf = (topic: string) =>
  topic.startsWith('job:') ? `/api/jobs/${topic.slice(4)}/logs/stream` : '/api/v2/events/stream'

export const overSse: Transport = async ({ web, topic, lastId, take }) => {
  const resume: Record<string, string> = lastId ? { 'last-event-id': lastId } : {}
  const reader = await SseReader.open(`${web.url}${pathOf(topic)}?limit=all`, { ...web.headers, ...resume }, take)
  const { status } = reader.response
  if (status === 204) return undefined
  if (status !== 200) throw new Error(`${status}`)
  return { cut: () => void reader.close(), ended: reader.finished }
}

export const overSocket: Transport = async ({ web, topic, lastId, take }) => {
  const socket = new WebSocket(`${web.url.replace('http', 'ws')}/ws/stream`, { headers: web.headers })
  const ended = new Promise<void>(resolve => socket.once('close', () => resolve()))
  const after = lastId ? { after: lastId } : {}
  socket.on('open', () => socket.send(JSON.stringify({ op: 'subscribe', topic, ...after, filter: { limit: 'all' } })))
  let isCut = false
  socket.on('message', text => {
    if (isCut) return
    const event: StreamEvent = JSON.parse(String(text))
    take(event)
    if (event.event === 'end') socket.close() // of the topic; the connection stays open for others
  })
  socket.on('error', () => undefined) // `close` follows
  const cut = () => {
    isCut = true
    socket.terminate()
  }
  return { cut, ended }
}

/** Each poll is a connection. */
export const overPoll: Transport = async ({ web, topic, lastId, take }) => {
  const abort = new AbortController()
  const from = lastId ? `&after=${lastId}` : '&limit=all'
  const url = `${web.url}/api/stream/poll?topic=${topic}&wait_ms=5000${from}`
  const ended = (async () => {
    const response = await fetch(url, { headers: web.headers, signal: abort.signal })
    if (!response.ok) throw new Error(`${response.status}`)
    const { events, last_event_id } = (await response.json()) as { events: StreamEvent[]; last_event_id: string }
    for (const event of events) take(event)
    take({ event: 'poll', id: last_event_id, data: {} })
  })().catch(() => undefined) // the next poll continues where this one started
  return { cut: () => abort.abort(), ended }
}

interface ViewerOptions {
  topic: string
  /** Called before each connection. */
  at: () => Site
  transport?: Transport
}

const openViewers = new Set<Viewer>()

/** For the end of a test file, even one that failed: viewers would reconnect forever. */
export async function closeAll() {
  for (const viewer of [...openViewers]) await viewer.close()
}

/** Watches a topic to its end, and resumes with the last id whenever it loses the connection. */
export class Viewer {
  readonly events: StreamEvent[] = []
  readonly lines: Line[] = []
  connections = 0
  lastId = ''
  /** Resolves when the topic has ended, or after `close`. */
  readonly done: Promise<void>
  private isDone = false
  private link: Link | undefined
  private waiters: { condition: () => boolean; resolve(): void }[] = []

  constructor(private readonly options: ViewerOptions) {
    openViewers.add(this)
    this.done = this.watch().finally(() => openViewers.delete(this))
  }

  named(event: string): StreamEvent[] {
    return this.events.filter(each => each.event === event)
  }

  /** Resolves as soon as the condition holds; checked after each event. */
  async until(condition: () => boolean) {
    if (!condition()) await new Promise<void>(resolve => this.waiters.push({ condition, resolve }))
  }

  /** Cuts the connection; the viewer reconnects. */
  cut() {
    this.link?.cut()
  }

  async close() {
    this.isDone = true
    this.cut()
    await this.done
  }

  private async watch() {
    const { at, topic, transport = overSse } = this.options
    while (!this.isDone) {
      try {
        this.link = await transport({ web: at(), topic, lastId: this.lastId, take: event => this.take(event) })
      } catch {
        await delay(RECONNECT_MS)
        continue
      }
      this.connections++
      if (!this.link) return
      await this.link.ended
    }
  }

  private take(event: StreamEvent) {
    if (event.id) this.lastId = event.id
    if (event.event === 'poll') return
    this.events.push(event)
    if (event.event === 'logs') this.lines.push(...(event.data.logs as Line[]))
    if (event.event === 'end') this.isDone = true
    const ready = this.waiters.filter(({ condition }) => condition())
    this.waiters = this.waiters.filter(waiter => !ready.includes(waiter))
    for (const { resolve } of ready) resolve()
  }
}

interface StatusData {
  job: { status: string; attempt: number }
  steps: { status: string }[]
}

/** The states of a job that a viewer received, in order: `running 1`, or with steps `running 1 completed`. */
export const statusesOf = (viewer: Viewer): string[] =>
  viewer.named('status').map(({ data }) => {
    const { job, steps } = data as unknown as StatusData
    return [job.status, job.attempt, ...steps.map(({ status }) => status)].join(' ')
  })

interface TenantEvent {
  type: string
  sequence: number
  data: { job_id: string }
}

export const tenantEventsOf = (viewer: Viewer): TenantEvent[] =>
  viewer.events.filter(({ event }) => event.startsWith('job_')).map(({ data }) => data as unknown as TenantEvent)

/** How often a tenant event of this type was received, by job. */
export function eventCounts(viewer: Viewer, type: string): Map<string, number> {
  const times = new Map<string, number>()
  for (const event of tenantEventsOf(viewer))
    if (event.type === type) times.set(event.data.job_id, (times.get(event.data.job_id) ?? 0) + 1)
  return times
}
