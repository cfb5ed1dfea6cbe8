import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Line, SseReader, type StreamEvent } from '../support/sse'
import type { Node } from './node'

/** An open connection of a viewer. */
interface Link {
  /** Cuts it, as a lost network does. */
  cut(): void
  /** Resolves when it is over, whoever ended it. */
  over: Promise<unknown>
}

interface Asked {
  web: Node
  topic: string
  lastId: string
  take(event: StreamEvent): void
}

/** Undefined: there is nothing left to read. */
type Transport = (asked: Asked) => Promise<Link | undefined>

/** The client's own patience between two attempts to connect. */
const AGAIN_MS = 50

const pathOf = (topic: string) =>
  topic.startsWith('job:') ? `/api/jobs/${topic.slice(4)}/logs/stream` : '/api/v2/events/stream'

export const overSse: Transport = async ({ web, topic, lastId, take }) => {
  const resume: Record<string, string> = lastId ? { 'last-event-id': lastId } : {}
  const reader = await SseReader.open(`${web.url}${pathOf(topic)}?limit=all`, { ...web.headers, ...resume }, take)
  const { status } = reader.response
  if (status === 204) return undefined
  if (status !== 200) throw new Error(`${status}`)
  return { cut: () => void reader.close(), over: reader.finished }
}

export const overSocket: Transport = async ({ web, topic, lastId, take }) => {
  const socket = new WebSocket(`${web.url.replace('http', 'ws')}/ws/stream`, { headers: web.headers })
  const over = new Promise<void>(resolve => socket.once('close', () => resolve()))
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
  return { cut, over }
}

/** One poll is one connection. */
export const overPoll: Transport = async ({ web, topic, lastId, take }) => {
  const abort = new AbortController()
  const from = lastId ? `&after=${lastId}` : '&limit=all'
  const url = `${web.url}/api/stream/poll?topic=${topic}&wait_ms=5000${from}`
  const over = (async () => {
    const response = await fetch(url, { headers: web.headers, signal: abort.signal })
    if (!response.ok) throw new Error(`${response.status}`)
    const { events, last_event_id } = (await response.json()) as { events: StreamEvent[]; last_event_id: string }
    for (const event of events) take(event)
    take({ event: 'poll', id: last_event_id, data: {} })
  })().catch(() => undefined) // it asks again from where it was
  return { cut: () => abort.abort(), over }
}

interface Wish {
  topic: string
  /** Asked before each connection. */
  at: () => Node
  transport?: Transport
}

const watching = new Set<Viewer>()

/** For the end of a test file, also of one that failed: viewers would try to come back for ever. */
export async function leaveAll() {
  for (const viewer of [...watching]) await viewer.leave()
}

/** Somebody who watches a topic to its end, and comes back with the last id whenever the connection is gone. */
export class Viewer {
  readonly events: StreamEvent[] = []
  readonly lines: Line[] = []
  connections = 0
  lastId = ''
  /** Resolves when the topic has ended, or after `leave`. */
  readonly done: Promise<void>
  private over = false
  private link: Link | undefined
  private waiting: { isThere: () => boolean; go(): void }[] = []

  constructor(private readonly wish: Wish) {
    watching.add(this)
    this.done = this.watch().finally(() => watching.delete(this))
  }

  named(event: string): StreamEvent[] {
    return this.events.filter(each => each.event === event)
  }

  /** Resolves as soon as the condition holds; asked after each event. */
  async until(isThere: () => boolean) {
    if (!isThere()) await new Promise<void>(go => this.waiting.push({ isThere, go }))
  }

  /** Loses the connection. */
  cut() {
    this.link?.cut()
  }

  async leave() {
    this.over = true
    this.cut()
    await this.done
  }

  private async watch() {
    const { at, topic, transport = overSse } = this.wish
    while (!this.over) {
      try {
        this.link = await transport({ web: at(), topic, lastId: this.lastId, take: event => this.take(event) })
      } catch {
        await delay(AGAIN_MS)
        continue
      }
      this.connections++
      if (!this.link) return
      await this.link.over
    }
  }

  private take(event: StreamEvent) {
    if (event.id) this.lastId = event.id
    if (event.event === 'poll') return
    this.events.push(event)
    if (event.event === 'logs') this.lines.push(...(event.data.logs as Line[]))
    if (event.event === 'end') this.over = true
    const ready = this.waiting.filter(({ isThere }) => isThere())
    this.waiting = this.waiting.filter(waiter => !ready.includes(waiter))
    for (const { go } of ready) go()
  }
}

interface StatusData {
  job: { status: string; attempt: number }
  steps: { status: string }[]
}

/** What a viewer was told of a job's state, in order: `running 1`, or with steps `running 1 completed`. */
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

/** How often a tenant event of this type was told, by job. */
export function timesTold(viewer: Viewer, type: string): Map<string, number> {
  const times = new Map<string, number>()
  for (const event of tenantEventsOf(viewer))
    if (event.type === type) times.set(event.data.job_id, (times.get(event.data.job_id) ?? 0) + 1)
  return times
}
