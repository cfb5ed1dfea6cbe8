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
  /** The topic was open already: what it has told until now does not come again. */
  onLate?(): void
}

/** Lines of history that a log is opened with. */
const HISTORY_LINES = 1_000
/** Rows that open and close in one go make one new connection. */
const SETTLE_MS = 30

export interface LiveState {
  state: StreamState
  detail: StateDetail
  error: StreamError | null
  /** Milliseconds since 1970 at which it came to this state. */
  since: number
}

const IDLE: LiveState = { state: 'closed', detail: { transport: 'sse' }, error: null, since: 0 }

/** How the page's one stream connection is doing. */
export const liveState = signal<LiveState>(IDLE)

const watchers = new Map<string, Set<Watcher>>()
let handle: TopicsHandle | null = null
/** What the connection was asked for. */
let opened: ReadonlySet<string> = new Set()
let settling: ReturnType<typeof setTimeout> | undefined

/** Watches a topic over the one connection of the page, however many there are; answers how to stop. */
export function watch(topic: string, watcher: Watcher): () => void {
  const set = watchers.get(topic) ?? new Set()
  watchers.set(topic, set.add(watcher))
  settle()
  if (opened.has(topic)) watcher.onLate?.()
  return () => {
    set.delete(watcher)
    if (set.size === 0 && watchers.get(topic) === set) watchers.delete(topic)
    settle()
  }
}

/** Opens the connection anew, for a topic that had ended and goes on (a job that is run again). */
export function restart() {
  handle?.close()
  handle = null
  opened = new Set()
  settle()
}

onReturn(() => handle?.retryNow())

function settle() {
  clearTimeout(settling)
  settling = setTimeout(apply, SETTLE_MS)
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

/** A topic that is gone (a job that was removed) must not end the others of the connection. */
function leaveOut(topics: string[], message: string) {
  const gone = topics.find(topic => message.includes(topic))
  if (gone === undefined || topics.length === 1) return
  watchers.delete(gone)
  settle()
}

function open(topics: string[]) {
  const tell = (topic: string, call: (watcher: Watcher) => void) => {
    for (const watcher of [...(watchers.get(topic) ?? [])]) call(watcher)
  }
  return streamTopics(topics, {
    limit: HISTORY_LINES,
    pauseWhenHidden: true,
    onLogs: (lines, meta) => tell(meta.topic, watcher => watcher.onLogs?.(lines)),
    onStatus: (status, topic) => tell(topic, watcher => watcher.onStatus?.(status)),
    onEvent: event => tell(event.topic, watcher => watcher.onEvent?.(event)),
    onGap: gap => tell(gap.topic, watcher => watcher.onGap?.(gap)),
    onState: (state, detail) => {
      liveState.value = { state, detail, error: null, since: Date.now() }
      if (state === 'waiting' && !document.hidden) void checkReachable()
    },
    onError: error => {
      liveState.value = { ...liveState.value, error }
      if (error.status === 404) leaveOut(topics, error.message)
    },
  })
}
