import { useSignal } from '@preact/signals'
import type { RetentionPolicy, RetentionStatus } from '../../src/contract/retention'
import { counted, formatBytes, formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { client, messageOf } from '../api'
import { now } from '../clock'
import { ActionDialog } from '../components/action-dialog'
import { Empty, Failure } from '../components/empty'
import { number, ScrollTable, TableHead } from '../components/listing'
import { Ago, Moment } from '../components/time'
import { BulkProgress } from '../jobs/bulk-progress'
import { isAdmin } from '../session'
import { showToast } from '../toasts'
import { useFetch } from '../use-fetch'

const POLL_MS = 10_000

/** Retention policies, whether sweeps keep up with them, and a button to sweep now. */
export default function RetentionPage() {
  const { value, problem, read } = useFetch('/api/retention', {}, { pollMs: POLL_MS })
  const shown = value.value
  return (
    <div class="page">
      <header class="page-head">
        <h1>Retention</h1>
        {isAdmin.value && <Sweep onStarted={() => void read()} />}
      </header>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {shown && <Sweeps shown={shown} />}
      {shown?.running_job_id && (
        <BulkProgress key={shown.running_job_id} id={shown.running_job_id} onClose={() => void read()} />
      )}
      {shown?.policies.length === 0 && <Empty title="No retention policies" />}
      {shown && <Policies policies={shown.policies} />}
    </div>
  )
}

function Sweeps({ shown: { last_sweep_at, next_sweep_at, last_job_id } }: { shown: RetentionStatus }) {
  return (
    <dl class="summary">
      <div>
        <dt>Last sweep</dt>
        <dd>
          <Ago time={last_sweep_at} /> {last_job_id && <a href={`/jobs/${last_job_id}`}>view log</a>}
        </dd>
      </div>
      <div>
        <dt>Next sweep</dt>
        <dd>
          {next_sweep_at === null
            ? 'not scheduled'
            : `in ${formatDuration(Math.max(0, Date.parse(next_sweep_at) - now.value))}`}
        </dd>
      </div>
    </dl>
  )
}

function Sweep({ onStarted }: { onStarted(): void }) {
  const isConfirming = useSignal(false)
  const problem = useSignal('')
  const run = async (body: { dry_run: true } | { reason: string }) => {
    const { job } = await client.post('/api/retention/run', { body })
    showToast('reason' in body ? 'Sweep started' : 'Preview started', { href: `/jobs/${job.id}`, text: 'View job' })
    onStarted()
  }
  const preview = async () => {
    problem.value = await run({ dry_run: true }).then(() => '', messageOf)
  }
  return (
    <div class="job-actions">
      <button type="button" onClick={() => void preview()}>
        Preview
      </button>
      <button type="button" onClick={() => (isConfirming.value = true)}>
        Sweep now
      </button>
      {isConfirming.value && (
        <ActionDialog
          title="Sweep now"
          onConfirm={reason => run({ reason })}
          onClose={() => (isConfirming.value = false)}
        >
          <p>A job deletes everything that is kept for longer than its policy says.</p>
        </ActionDialog>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
    </div>
  )
}

const COLUMNS = [
  'Data',
  'Kept for',
  'Oldest',
  number('Overdue'),
  number('Rows'),
  number('Size'),
  'Last sweep',
  'Preview',
]

function Policies({ policies }: { policies: RetentionPolicy[] }) {
  return (
    <ScrollTable name="Policies">
      <TableHead columns={COLUMNS} />
      <tbody>
        {policies.map(policy => (
          <PolicyRow key={policy.target} policy={policy} />
        ))}
      </tbody>
    </ScrollTable>
  )
}

/** Sweeps run every hour: a longer lag means that one did not finish. */
const LAG_SECONDS_MAX = 2 * 3_600

const DAY_SECONDS = 86_400

function formatTerm(seconds: number) {
  if (seconds === 0) return 'until expiry'
  return seconds % DAY_SECONDS === 0 ? counted(seconds / DAY_SECONDS, 'day') : formatDuration(seconds * 1_000)
}

function PolicyRow({ policy }: { policy: RetentionPolicy }) {
  const { target, summary, keep_seconds, source, setting, lag_seconds, last_sweep, dry_run, error } = policy
  const isLate = lag_seconds !== null && lag_seconds > LAG_SECONDS_MAX
  return (
    <tr>
      <td class="wide">
        <b>{target.replaceAll('_', ' ')}</b>
        <p class="hint">{summary}</p>
        {error && (
          <p class="is-failed">
            {error.message} (<Moment time={error.at} />)
          </p>
        )}
      </td>
      <td>
        {formatTerm(keep_seconds)}
        <p class="hint">{setting ? <code>{setting}</code> : source}</p>
      </td>
      <td>
        <Ago time={policy.oldest_kept_at} never="none" />
      </td>
      <td class={isLate ? 'number is-failed' : 'number'}>
        {lag_seconds === null ? '' : formatDuration(lag_seconds * 1_000)}
      </td>
      <td class="number">{policy.rows === null ? '' : formatCount(policy.rows)}</td>
      <td class="number">{policy.bytes === null ? '' : formatBytes(policy.bytes)}</td>
      <td>
        <Ago time={last_sweep?.at ?? null} />
        {last_sweep && <p class="hint">{formatCount(last_sweep.deleted)} deleted</p>}
      </td>
      <td>
        {dry_run && `${formatCount(dry_run.deletable)} to delete`}
        {dry_run && (
          <p class="hint">
            <Ago time={dry_run.at} />
          </p>
        )}
      </td>
    </tr>
  )
}
