import { useSignal } from '@preact/signals'
import { counted, formatCount } from '../../text/numbers'
import { messageOf } from '../api'
import { Failure } from '../components/empty'
import { ReasonForm } from '../components/reason-form'
import { isAdmin, isOperator } from '../session'
import { type BulkAction, type BulkFilter, countFor, startBulk } from './bulk'
import { BulkProgress } from './bulk-progress'

interface BulkBarProps {
  selected: ReadonlySet<string>
  /** All that the page's filters find. */
  filter: BulkFilter
  /** How many jobs match; null while not all are loaded. */
  count: number | null
  onClear(): void
}

const ACTIONS: BulkAction[] = ['cancel', 'retry', 'remove']
const WORDS: Record<BulkAction, { name: string; none: string }> = {
  cancel: { name: 'Cancel', none: 'None of these jobs is pending or running.' },
  retry: { name: 'Retry', none: 'None of these jobs has failed or was cancelled.' },
  remove: { name: 'Remove', none: 'None of these jobs has finished.' },
}
const allOf = (count: number | null) => (count === null ? 'All matching' : `All ${formatCount(count)} matching`)
const jobsOf = (count: number) => counted(count, 'job')

/** Something done to many jobs: counted first, then asked why, then followed. */
export function BulkBar({ selected, filter, count, onClear }: BulkBarProps) {
  const planned = useSignal<{ action: BulkAction; filter: BulkFilter; count: number } | null>(null)
  const started = useSignal('')
  const problem = useSignal('')
  const isAll = selected.size === 0

  const plan = async (action: BulkAction) => {
    const meant = isAll ? filter : { ids: [...selected] }
    try {
      problem.value = ''
      const found = await countFor(action, meant)
      if (found === 0) problem.value = WORDS[action].none
      else planned.value = { action, filter: meant, count: found }
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
  const asked = planned.value
  return (
    <section class="bulk" aria-label="Bulk actions">
      {asked ? (
        <ReasonForm
          label={`${WORDS[asked.action].name}: ${jobsOf(asked.count)}`}
          onReason={start}
          onLeave={() => (planned.value = null)}
        />
      ) : (
        <div class="row">
          <span>{isAll ? allOf(count) : `${jobsOf(selected.size)} selected`}</span>
          {ACTIONS.filter(action => action !== 'remove' || isAdmin.value).map(action => (
            <button key={action} type="button" onClick={() => void plan(action)}>
              {WORDS[action].name}
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
