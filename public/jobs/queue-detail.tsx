import { computed, useSignal } from '@preact/signals'
import type { Queue, QueueStats } from '../../src/contract/queues'
import { formatAgo, formatDuration } from '../../text/times'
import { client, messageOf } from '../api'
import { now } from '../clock'
import { Failure } from '../components/empty'
import { ReasonForm } from '../components/reason-form'
import { isOperator, runsInstallation } from '../session'
import { QueueCharts } from './queue-charts'
import { Schedules } from './schedules'
import { Workers } from './workers'

/** Queues are shared by all tenants. */
const canPause = computed(() => isOperator.value && runsInstallation.value)

/** A queue: its durations, charts, workers and schedules, and a button to pause it. */
export function QueueDetail({ queue, onChanged }: { queue: Queue; onChanged(queue: QueueStats): void }) {
  const isAsking = useSignal(false)
  const problem = useSignal('')
  const verb = queue.paused ? 'resume' : 'pause'
  const act = async (reason: string) => {
    try {
      const { queue: changed } = await client.post(`/api/queues/{name}/${verb}`, { name: queue.name, body: { reason } })
      isAsking.value = false
      problem.value = ''
      onChanged(changed)
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const { paused_by: paused } = queue
  return (
    <section class="queue-detail" aria-label={`Queue ${queue.name}`}>
      <div class="summary">
        <dl class="summary-facts">
          <Quantiles name="Wait" value={queue.wait_ms} />
          <Quantiles name="Run" value={queue.run_ms} />
          {paused && (
            <div>
              <dt>Paused {formatAgo(paused.at, now.value)}</dt>
              <dd>
                by {paused.by.name}: {paused.reason}
              </dd>
            </div>
          )}
        </dl>
        <span class="spacer" />
        <a class="button" href={`/jobs?queue=${queue.name}`}>
          Jobs
        </a>
        {!canPause.value ? null : isAsking.value ? (
          <ReasonForm
            label={`${queue.paused ? 'Resume' : 'Pause'} ${queue.name}`}
            onReason={act}
            onDismiss={() => (isAsking.value = false)}
          />
        ) : (
          <button type="button" onClick={() => (isAsking.value = true)}>
            {queue.paused ? 'Resume' : 'Pause'}
          </button>
        )}
      </div>
      {problem.value !== '' && <Failure message={problem.value} />}
      <QueueCharts queue={queue.name} />
      <div class="panels">
        {runsInstallation.value && <Workers queue={queue.name} />}
        <Schedules schedules={queue.schedules ?? []} />
      </div>
    </section>
  )
}

function Quantiles({ name, value }: { name: string; value: Queue['run_ms'] }) {
  if (value?.p50 === undefined || value.p50 === null) return null
  return (
    <div>
      <dt>{name}, p50 and p95</dt>
      <dd>
        {formatDuration(value.p50)} · {formatDuration(value.p95 ?? value.p50)}
      </dd>
    </div>
  )
}
