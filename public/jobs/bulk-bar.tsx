import { useSignal } from '@preact/signals'
import { counted } from '../../text/numbers'
import { messageOf } from '../api'
import { Failure } from '../components/empty'
import { ReasonForm } from '../components/reason-form'
import { isAdmin, isOperator } from '../session'
import { type BulkAction, type BulkFilter, preview, previewWords, startBulk } from './bulk'
import { BulkProgress } from './bulk-progress'

interface BulkBarProps {
  selected: ReadonlySet<string>
  /** Matches all jobs that the page's filters match. */
  filter: BulkFilter
  /** How many jobs match; null while not all are loaded. */
  count: number | null
  onClear(): void
}

const ACTIONS: BulkAction[] = ['cancel', 'retry', 'remove']
const LABELS: Record<BulkAction, { name: string; none: string }> = {
  cancel: { name: 'Cancel', none: 'None of these jobs is pending or running.' },
  retry: { name: 'Retry', none: 'None of these jobs has failed or been cancelled.' },
  remove: { name: 'Remove', none: 'None of these jobs has finished.' },
}
const allOf = (count: number | null) => (count === null ? 'All matching jobs' : counted(count, 'matching job'))
const jobsOf = (count: number) => counted(count, 'job')

/** Bulk actions on jobs: counts the affected jobs, asks for a reason, then shows the progress. */
export function BulkBar({ selected, filter, count, onClear }: BulkBarProps) {
  const planned = useSignal<{ action: BulkAction; filter: BulkFilter; words: string } | null>(null)
  const started = useSignal('')
  const problem = useSignal('')
  const isAll = selected.size === 0

  const prepare = async (action: BulkAction) => {
    const chosen = isAll ? filter : { ids: [...selected] }
    try {
      problem.value = ''
      const found = await preview(action, chosen)
      if (found.applicable === 0) problem.value = LABELS[action].none
      else planned.value = { action, filter: chosen, words: previewWords(found) }
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const start = async (reason: string) => {
    if (!planned.value) return
    const { action, filter } = planned.value
    try {
      started.value = (await startBulk(action, filter, reason)).id
      planned.value = null
      onClear()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }

  if (!isOperator.value) return null
  const plan = planned.value
  return (
    <section class="bulk" aria-label="Bulk actions">
      {plan ? (
        <ReasonForm
          label={`${LABELS[plan.action].name}: ${plan.words}`}
          onReason={start}
          onDismiss={() => (planned.value = null)}
        />
      ) : (
        <div class="row">
          <span>{isAll ? allOf(count) : `${jobsOf(selected.size)} selected`}</span>
          {ACTIONS.filter(action => action !== 'remove' || isAdmin.value).map(action => (
            <button key={action} type="button" onClick={() => void prepare(action)}>
              {LABELS[action].name}
              {isAll ? ' all' : ''}
            </button>
          ))}
          {!isAll && (
            <button type="button" class="quiet" onClick={onClear}>
              Clear selection
            </button>
          )}
        </div>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
      {started.value !== '' && (
        <BulkProgress key={started.value} id={started.value} onClose={() => (started.value = '')} />
      )}
    </section>
  )
}
