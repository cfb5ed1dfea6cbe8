import { computed, useSignal } from '@preact/signals'
import type { Queue, QueueStats } from '../../src/contract/queues'
import { formatDuration } from '../../text/times'
import { client } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { Ago } from '../components/time'
import { isOperator, runsInstallation } from '../session'
import { showToast } from '../toasts'
import { QueueCharts } from './queue-charts'
import { Schedules } from './schedules'
import { Workers } from './workers'

/** Queues are shared by all tenants. */
const canPause = computed(() => isOperator.value && runsInstallation.value)

/** A queue: its durations, charts, workers and schedules, and a button to pause it. */
export function QueueDetail({ queue, onChanged }: { queue: Queue; onChanged(queue: QueueStats): void }) {
  const isAsking = useSignal(false)
  const verb = queue.paused ? 'resume' : 'pause'
  const act = async (reason: string) => {
    const { queue: changed } = await client.post(`/api/queues/{name}/${verb}`, { name: queue.name, body: { reason } })
    showToast(`Queue ${queue.name} ${verb}d`)
    onChanged(changed)
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
              <dt>
                Paused <Ago time={paused.at} />
              </dt>
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
        {canPause.value && (
          <button type="button" onClick={() => (isAsking.value = true)}>
            {queue.paused ? 'Resume' : 'Pause'}
          </button>
        )}
      </div>
      {isAsking.value && (
        <ActionDialog
          title={`${queue.paused ? 'Resume' : 'Pause'} ${queue.name}`}
          onConfirm={act}
          onClose={() => (isAsking.value = false)}
        >
          <p>
            {queue.paused
              ? 'Workers start the waiting jobs of all tenants again.'
              : 'Running jobs finish. Waiting and new jobs of all tenants wait until the queue is resumed.'}
          </p>
        </ActionDialog>
      )}
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
