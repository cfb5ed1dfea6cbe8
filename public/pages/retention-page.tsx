import { useSignal } from '@preact/signals'
import type { RetentionPolicy, RetentionStatus } from '../../src/contract/retention'
import { client, messageOf } from '../api'
import { now } from '../clock'
import { Empty, Failure } from '../components/empty'
import { ScrollTable } from '../components/listing'
import { ReasonForm } from '../components/reason-form'
import { Ago } from '../components/time'
import { BulkProgress } from '../jobs/bulk-progress'
import { spanOf } from '../jobs/times'
import { useReading } from '../reading'
import { isAdmin } from '../session'

const EVERY_MS = 10_000
const number = new Intl.NumberFormat('en')
const compact = new Intl.NumberFormat('en', { notation: 'compact', style: 'unit', unit: 'byte', unitDisplay: 'narrow' })

/** What is kept for how long, whether the sweeps keep up, and sweeping now. */
export function RetentionPage() {
  const { value, problem, read } = useReading<RetentionStatus>('/api/retention', EVERY_MS)
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
      {shown?.policies.length === 0 && <Empty title="Nothing expires here." />}
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
          <Ago time={last_sweep_at} /> {last_job_id && <a href={`/jobs/${last_job_id}`}>its log</a>}
        </dd>
      </div>
      <div>
        <dt>Next sweep</dt>
        <dd>
          {next_sweep_at === null ? 'not planned' : `in ${spanOf(Math.max(0, Date.parse(next_sweep_at) - now.value))}`}
        </dd>
      </div>
    </dl>
  )
}

function Sweep({ onStarted }: { onStarted(): void }) {
  const asked = useSignal<'sweep' | 'count' | null>(null)
  const problem = useSignal('')
  const job = useSignal('')
  const run = async (reason: string) => {
    try {
      const body = { reason, dry_run: asked.value === 'count' }
      job.value = (await client.post('/api/retention/run', { body })).job.id
      asked.value = null
      problem.value = ''
      onStarted()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <div class="job-actions">
      {asked.value === null ? (
        <>
          <button type="button" onClick={() => (asked.value = 'count')}>
            Dry run
          </button>
          <button type="button" onClick={() => (asked.value = 'sweep')}>
            Sweep now
          </button>
        </>
      ) : (
        <ReasonForm
          label={asked.value === 'count' ? 'Count what would go' : 'Remove what is past its term'}
          onReason={run}
          onLeave={() => (asked.value = null)}
        />
      )}
      {job.value !== '' && <a href={`/jobs/${job.value}`}>The run</a>}
      {problem.value !== '' && <Failure message={problem.value} />}
    </div>
  )
}

function Policies({ policies }: { policies: RetentionPolicy[] }) {
  return (
    <ScrollTable name="Policies">
      <thead>
        <tr>
          {['What', 'Kept for', 'Oldest kept', 'Behind', 'Rows', 'Size', 'Last sweep', 'Dry run'].map(name => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {policies.map(policy => (
          <PolicyRow key={policy.target} policy={policy} />
        ))}
      </tbody>
    </ScrollTable>
  )
}

/** A sweep comes every hour: what is behind by more was left over. */
const LAG_SECONDS_MAX = 2 * 3_600

const DAY_SECONDS = 86_400
const days = new Intl.NumberFormat('en', { style: 'unit', unit: 'day', unitDisplay: 'long' })

function termOf(seconds: number) {
  if (seconds === 0) return 'no longer than good'
  return seconds % DAY_SECONDS === 0 ? days.format(seconds / DAY_SECONDS) : spanOf(seconds * 1_000)
}

function PolicyRow({ policy }: { policy: RetentionPolicy }) {
  const { target, summary, keep_seconds, source, setting, lag_seconds, last_sweep, dry_run, error } = policy
  const isLate = lag_seconds !== null && lag_seconds > LAG_SECONDS_MAX
  return (
    <tr>
      <td class="wide">
        <b>{target.replaceAll('_', ' ')}</b>
        <p class="hint">{summary}</p>
        {error && <p class="is-failed">{`${error.message} (${error.at.slice(0, 16).replace('T', ' ')})`}</p>}
      </td>
      <td>
        {termOf(keep_seconds)}
        <p class="hint">{setting ? <code>{setting}</code> : source}</p>
      </td>
      <td>
        <Ago time={policy.oldest_kept_at} never="nothing" />
      </td>
      <td class={isLate ? 'is-failed' : ''}>{lag_seconds === null ? '' : spanOf(lag_seconds * 1_000)}</td>
      <td>{policy.rows === null ? '' : number.format(policy.rows)}</td>
      <td>{policy.bytes === null ? '' : compact.format(policy.bytes)}</td>
      <td>
        <Ago time={last_sweep?.at ?? null} />
        {last_sweep && <p class="hint">{number.format(last_sweep.deleted)} removed</p>}
      </td>
      <td>
        {dry_run && `${number.format(dry_run.deletable)} would go`}
        {dry_run && (
          <p class="hint">
            <Ago time={dry_run.at} />
          </p>
        )}
      </td>
    </tr>
  )
}
