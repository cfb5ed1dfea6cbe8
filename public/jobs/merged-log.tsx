import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import type { Job } from '../../src/contract/jobs'
import { formatCount } from '../../text/numbers'
import { client, messageOf } from '../api'
import { LogModel, LogViewer } from '../components/log-viewer'
import { MERGED_LINES_MAX, MergedLines } from '../components/merged-lines'
import { useInterval } from '../use-interval'
import { hasEnded } from './job'

const POLL_MS = 2_000
const PAGE_LINES = 5_000
/** Lines of other processes may arrive this much out of order. */
const OVERLAP_MS = 3_000

/** The merged log of a job and its descendants. Each line names its job. */
export function MergedLog({ job, scope }: { job: Job; scope: ComponentChildren }) {
  const { lines, model } = useMemo(() => {
    const params = { scope: 'job', descendants: 'true', limit: PAGE_LINES, job_id: job.id } as const
    const lines = new MergedLines({
      readPage: from => client.get('/api/logs', { ...params, ...from }),
      overlapMs: OVERLAP_MS,
      sourceOf: topic => topic.replace(/^job:/, ''),
    })
    return { lines, model: new LogModel(lines.source) }
  }, [job.id])
  const isReading = useRef(false)
  const isComplete = useRef(false)
  const isFull = useSignal(false)
  useInterval(POLL_MS, () => {
    if (isReading.current || isComplete.current) return
    isReading.current = true
    const isEnded = hasEnded(job.status)
    void lines
      .read()
      .then(fresh => {
        model.append(fresh)
        isFull.value = lines.isFull
        isComplete.current = isEnded || lines.isFull
        model.problem.value = ''
      })
      .catch(error => (model.problem.value = messageOf(error)))
      .finally(() => (isReading.current = false))
  })
  return (
    <>
      {isFull.value && (
        <p class="notice">
          Only the first {formatCount(MERGED_LINES_MAX)} lines are shown. The logs of single jobs have no limit.
        </p>
      )}
      <LogViewer
        model={model}
        steps={[]}
        path={null}
        scope={scope}
        empty="No log lines yet"
        origin={Date.parse(job.started_at ?? job.created_at)}
        sources="jobs"
      />
    </>
  )
}
