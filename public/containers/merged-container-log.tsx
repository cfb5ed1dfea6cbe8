import { useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { TOPICS_MAX } from '../../src/contract/values'
import { formatCount } from '../../text/numbers'
import { client, messageOf } from '../api'
import { type LogLine, streamTopics, type TopicsHandle } from '../client'
import { LogModel, LogViewer } from '../components/log-viewer'
import { MERGED_LINES_MAX, MergedLines } from '../components/merged-lines'
import { useInterval } from '../use-interval'
import { type ContainerFilters, containerParams } from './filters'

/** How often the lines of more containers are read than a connection can have topics. */
const POLL_MS = 2_000
const PAGE_LINES = 2_000
/** Lines of other machines may arrive this much out of order. */
const OVERLAP_MS = 5_000

interface MergedContainerLogProps {
  filters: ContainerFilters
  /** How far back the log begins, in ms. */
  periodMs: number
  names: ReadonlyMap<string, string>
}

/** The merged log of the containers that a filter selects. Each line names its container. */
export function MergedContainerLog({ filters, periodMs, names }: MergedContainerLogProps) {
  const known = useRef(names)
  known.current = names
  const { lines, model } = useMemo(() => {
    const since = new Date(Date.now() - periodMs).toISOString()
    const params = { ...containerParams(filters), limit: PAGE_LINES }
    const lines = new MergedLines({
      readPage: from => client.get('/api/containers/logs', { ...params, ...from }),
      since,
      overlapMs: OVERLAP_MS,
      sourceOf: topic => {
        const id = topic.replace(/^container:/, '')
        return known.current.get(id) ?? id.slice(-8)
      },
    })
    return { lines, model: new LogModel(lines.source) }
  }, [filters, periodMs])
  const isFull = useSignal(false)
  const adding = useRef(Promise.resolve())
  /** One after the other, so that what was written before comes first. */
  const add = (get: () => LogLine[] | Promise<LogLine[]>) => {
    adding.current = adding.current
      .then(async () => {
        model.append(await get())
        isFull.value = lines.isFull
        model.problem.value = ''
      })
      .catch(error => {
        model.problem.value = messageOf(error)
      })
  }
  const topics = [...names.keys()].map(id => `container:${id}`).sort()
  const isLive = topics.length <= TOPICS_MAX
  useLiveLines(isLive ? topics : [], {
    onLive: () => add(() => lines.read()),
    onLines: (topic, fresh) => add(() => lines.take(topic, fresh)),
    onFailed: message => {
      model.problem.value = message
    },
  })
  useInterval(POLL_MS, () => {
    if (!isLive && !lines.isFull) add(() => lines.read())
  })
  return (
    <div class="merged-container-log">
      {isFull.value && (
        <p class="notice">
          Only the first {formatCount(MERGED_LINES_MAX)} lines are shown. Choose a shorter time or fewer containers.
        </p>
      )}
      <LogViewer model={model} steps={[]} path={null} empty="No log lines in this time" sources="names" />
    </div>
  )
}

interface Receiver {
  /** Lines come from now on; those before have to be read. */
  onLive(): void
  onLines(topic: string, lines: LogLine[]): void
  onFailed(message: string): void
}

/** Receives the lines of topics as they are written, over a connection of its own. */
function useLiveLines(topics: string[], receiver: Receiver) {
  const latest = useRef(receiver)
  latest.current = receiver
  const handle = useRef<TopicsHandle | null>(null)
  useEffect(() => () => handle.current?.close(), [])
  useEffect(() => {
    const { current } = handle
    if (current && topics.length && current.state !== 'failed' && current.state !== 'ended')
      return current.setTopics(topics)
    current?.close()
    if (!topics.length) handle.current = null
    else
      handle.current = streamTopics(topics, {
        limit: 0,
        pauseWhenHidden: true,
        onLogs: (lines, { topic }) => latest.current.onLines(topic, lines),
        onGap: () => latest.current.onLive(),
        onState: state => {
          if (state === 'live') latest.current.onLive()
        },
        onError: ({ message }) => latest.current.onFailed(message),
      })
  }, [topics.join()])
}
