import { useSignal } from '@preact/signals'
import type { BulkPreview } from '../../src/contract/jobs'
import { counted } from '../../text/numbers'
import { messageOf } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { Failure } from '../components/empty'
import { isAdmin, isOperator } from '../session'
import { showToast } from '../toasts'
import { type BulkAction, type BulkFilter, preview, previewWords, startBulk } from './bulk'
import { BulkProgress } from './bulk-progress'

interface BulkBarProps {
  selected: ReadonlySet<string>
  /** Matches all jobs that the page's filters match. */
  filter: BulkFilter
  isFiltered: boolean
  /** How many jobs match; null while not all are loaded. */
  count: number | null
  onClear(): void
}

const ACTIONS: BulkAction[] = ['cancel', 'retry', 'remove']
const LABELS: Record<BulkAction, { name: string; effect: string; none: string }> = {
  cancel: {
    name: 'Cancel',
    effect: 'They are stopped with their child jobs. What they have done so far is not undone.',
    none: 'None of these jobs is pending or running.',
  },
  retry: {
    name: 'Retry',
    effect: 'They run again with the same input.',
    none: 'None of these jobs has failed or been cancelled.',
  },
  remove: { name: 'Remove', effect: 'They are deleted with their logs.', none: 'None of these jobs has finished.' },
}
const allOf = (count: number | null) => (count === null ? 'All matching jobs' : counted(count, 'matching job'))
const jobsOf = (count: number) => counted(count, 'job')

interface Plan {
  action: BulkAction
  filter: BulkFilter
  found: BulkPreview
}

/** Bulk actions on selected or filtered jobs: says what will happen, asks for a reason, then shows the progress. */
export function BulkBar({ selected, filter, isFiltered, count, onClear }: BulkBarProps) {
  const planned = useSignal<Plan | null>(null)
  const started = useSignal('')
  const problem = useSignal('')
  const isAll = selected.size === 0

  const prepare = async (action: BulkAction) => {
    const chosen = isAll ? filter : { ids: [...selected] }
    try {
      problem.value = ''
      const found = await preview(action, chosen)
      if (found.applicable === 0) problem.value = LABELS[action].none
      else planned.value = { action, filter: chosen, found }
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const start = async ({ action, filter }: Plan, reason: string) => {
    const { id } = await startBulk(action, filter, reason)
    started.value = id
    showToast(`${LABELS[action].name}: started`, { href: `/jobs/${id}`, text: 'View job' })
    onClear()
  }

  if (!isOperator.value) return null
  const plan = planned.value
  if (isAll && !isFiltered && started.value === '') return null
  return (
    <section class="bulk" aria-label="Bulk actions">
      {(!isAll || isFiltered) && (
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
      {plan && (
        <ActionDialog
          title={`${LABELS[plan.action].name} ${jobsOf(plan.found.applicable)}`}
          onConfirm={reason => start(plan, reason)}
          onClose={() => (planned.value = null)}
        >
          <p>{previewWords(plan.found)}.</p>
          <p>{LABELS[plan.action].effect}</p>
        </ActionDialog>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
      {started.value !== '' && (
        <BulkProgress key={started.value} id={started.value} onClose={() => (started.value = '')} />
      )}
    </section>
  )
}
