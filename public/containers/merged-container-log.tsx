import { useSignal } from '@preact/signals'
import { useMemo, useRef } from 'preact/hooks'
import { formatCount } from '../../text/numbers'
import { messageOf } from '../api'
import { LogModel, LogViewer } from '../components/log-viewer'
import { useInterval } from '../use-interval'
import type { ContainerFilters } from './filters'
import { LINES_MAX, MergedContainerLines } from './merged-container-lines'

const POLL_MS = 2_000

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
    const nameOf = (topic: string) => {
      const id = topic.replace(/^container:/, '')
      return known.current.get(id) ?? id.slice(-8)
    }
    const lines = new MergedContainerLines(filters, since, nameOf)
    return { lines, model: new LogModel(lines.source) }
  }, [filters, periodMs])
  const isReading = useRef(false)
  const isFull = useSignal(false)
  useInterval(POLL_MS, () => {
    if (isReading.current || lines.isFull) return
    isReading.current = true
    void lines
      .read()
      .then(fresh => {
        model.append(fresh)
        isFull.value = lines.isFull
        model.problem.value = ''
      })
      .catch(error => (model.problem.value = messageOf(error)))
      .finally(() => (isReading.current = false))
  })
  return (
    <div class="merged-container-log">
      {isFull.value && (
        <p class="notice">
          Only the first {formatCount(LINES_MAX)} lines are shown. Choose a shorter time or fewer containers.
        </p>
      )}
      <LogViewer model={model} steps={[]} path={null} empty="No log lines in this time" sources="names" />
    </div>
  )
}
