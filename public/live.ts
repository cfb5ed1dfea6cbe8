import { signal } from '@preact/signals'
import {
  type Gap,
  type JobStatus,
  type LogLine,
  type StateDetail,
  type StreamError,
  type StreamEvent,
  type StreamState,
  streamTopics,
  type TopicsHandle,
} from './client'
import { checkReachable, onReturn } from './outage'

export interface Watcher {
  onLogs?(lines: LogLine[]): void
  onStatus?(status: JobStatus): void
  onEvent?(event: StreamEvent): unknown
  onGap?(gap: Gap): void
  /** The topic was open already, so its earlier events are not sent again. */
  onAlreadyOpen?(): void
}

/** History lines that a log starts with. */
const HISTORY_LINES = 1_000
/** Topics that are added and removed together cause one new connection. */
const BATCH_MS = 30

export interface LiveState {
  state: StreamState
  detail: StateDetail
  error: StreamError | null
  /** When this state began, in milliseconds since 1970. */
  since: number
}

const IDLE: LiveState = { state: 'closed', detail: { transport: 'sse' }, error: null, since: 0 }

/** The state of the page's stream connection. */
export const liveState = signal<LiveState>(IDLE)

/** Whether the connection stays while nobody sees the page. */
let staysWhenHidden = false

/** For those who want to be notified although they do not see the page. */
export function stayWhenHidden(stays: boolean): void {
  if (stays === staysWhenHidden) return
  staysWhenHidden = stays
  if (handle) reconnect()
}

const watchers = new Map<string, Set<Watcher>>()
let handle: TopicsHandle | null = null
/** The topics of the connection. */
let opened: ReadonlySet<string> = new Set()
let applyTimer: ReturnType<typeof setTimeout> | undefined

/** Watches a topic. All topics of a page share one connection. @returns a function that stops watching */
export function watch(topic: string, watcher: Watcher): () => void {
  const set = watchers.get(topic) ?? new Set()
  watchers.set(topic, set.add(watcher))
  applySoon()
  if (opened.has(topic)) watcher.onAlreadyOpen?.()
  return () => {
    set.delete(watcher)
    if (set.size === 0 && watchers.get(topic) === set) watchers.delete(topic)
    applySoon()
  }
}

/** Opens a new connection, for a topic that had ended and continues (a job that is run again). */
export function reconnect() {
  handle?.close()
  handle = null
  opened = new Set()
  applySoon()
}

onReturn(() => handle?.retryNow())

function applySoon() {
  clearTimeout(applyTimer)
  applyTimer = setTimeout(apply, BATCH_MS)
}

function apply() {
  const topics = [...watchers.keys()].sort()
  opened = new Set(topics)
  if (topics.length === 0) {
    handle?.close()
    handle = null
    liveState.value = IDLE
  } else if (handle && handle.state !== 'failed' && handle.state !== 'ended') handle.setTopics(topics)
  else handle = open(topics)
}

/** One topic that no longer exists (its job was removed) must not stop the others. */
function dropMissingTopic(topics: string[], message: string) {
  const gone = topics.find(topic => message.includes(topic))
  if (gone === undefined || topics.length === 1) return
  watchers.delete(gone)
  applySoon()
}

function open(topics: string[]) {
  const notify = (topic: string, call: (watcher: Watcher) => void) => {
    for (const watcher of [...(watchers.get(topic) ?? [])]) call(watcher)
  }
  return streamTopics(topics, {
    limit: HISTORY_LINES,
    pauseWhenHidden: !staysWhenHidden,
    onLogs: (lines, meta) => notify(meta.topic, watcher => watcher.onLogs?.(lines)),
    onStatus: (status, topic) => notify(topic, watcher => watcher.onStatus?.(status)),
    onEvent: event => notify(event.topic, watcher => watcher.onEvent?.(event)),
    onGap: gap => notify(gap.topic, watcher => watcher.onGap?.(gap)),
    onState: (state, detail) => {
      liveState.value = { state, detail, error: null, since: Date.now() }
      if (state === 'waiting' && !document.hidden) void checkReachable()
    },
    onError: error => {
      liveState.value = { ...liveState.value, error }
      if (error.status === 404) dropMissingTopic(topics, error.message)
    },
  })
}
