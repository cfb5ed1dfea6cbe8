import { useSignal } from '@preact/signals'
import type { MonitorSelection } from '../../src/contract/monitors'
import { messageOf } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { Failure } from '../components/empty'
import { navigate } from '../router'
import { isOperator } from '../session'
import { showToast } from '../toasts'
import { silenceAddress } from './addresses'
import { BULK_WORDS, type BulkAction, countBulk, monitorsOf, runBulk } from './bulk'
import { BulkEditDialog } from './bulk-edit-dialog'

interface SelectionBarProps {
  selected: ReadonlySet<string>
  /** All monitors that match the filters; null if a selection cannot say that. */
  all: MonitorSelection | null
  total: number
  isFiltered: boolean
  onClear(): void
  onDone(): void
}

interface Plan {
  action: BulkAction
  filter: MonitorSelection
  count: number
}

const ACTIONS: readonly BulkAction[] = ['pause', 'resume', 'update', 'delete']
/** A matcher has at most 4,096 characters. */
const SILENCED_MAX = 100
const SELECT_FIRST = 'Select monitors first: what is filtered by cannot be told to the server.'

/** Actions on the selected monitors, or on all that match the filters if none is selected. */
export function SelectionBar({ selected, all, total, isFiltered, onClear, onDone }: SelectionBarProps) {
  const plan = useSignal<Plan | null>(null)
  const problem = useSignal('')
  const isAll = selected.size === 0
  const filter: MonitorSelection | null = isAll ? all : { ids: [...selected] }
  const close = () => {
    plan.value = null
  }
  const prepare = async (action: BulkAction) => {
    if (filter === null) return
    try {
      const count = await countBulk(action, filter)
      problem.value = ''
      plan.value = { action, filter, count }
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const done = () => {
    onClear()
    onDone()
  }
  if (!isOperator.value || (isAll && !isFiltered)) return null
  return (
    <section class="bulk" aria-label="Bulk actions">
      <div class="row">
        <span>{isAll ? `${monitorsOf(total)} match` : `${monitorsOf(selected.size)} selected`}</span>
        {ACTIONS.map(action => (
          <button
            key={action}
            type="button"
            disabled={filter === null || (isAll && total === 0)}
            title={filter === null ? SELECT_FIRST : undefined}
            onClick={() => void prepare(action)}
          >
            {BULK_WORDS[action].name}
            {isAll ? ' all' : ''}
          </button>
        ))}
        {!isAll && (
          <button
            type="button"
            disabled={selected.size > SILENCED_MAX}
            title={selected.size > SILENCED_MAX ? `A silence is for at most ${SILENCED_MAX}` : undefined}
            onClick={() => navigate(silenceAddress([...selected]))}
          >
            Silence
          </button>
        )}
        {!isAll && (
          <button type="button" class="quiet" onClick={onClear}>
            Clear selection
          </button>
        )}
      </div>
      {problem.value !== '' && <Failure message={problem.value} />}
      {plan.value?.action === 'update' && <BulkEditDialog {...plan.value} onDone={done} onClose={close} />}
      {plan.value && plan.value.action !== 'update' && <PlanDialog plan={plan.value} onDone={done} onClose={close} />}
    </section>
  )
}

interface PlanDialogProps {
  plan: Plan
  onDone(): void
  onClose(): void
}

/** Says how many monitors it is about before anything is done. */
function PlanDialog({ plan: { action, filter, count }, onDone, onClose }: PlanDialogProps) {
  const { name, effect, done } = BULK_WORDS[action]
  const run = async (reason: string) => {
    showToast(`${monitorsOf(await runBulk({ action, filter, reason }))} ${done}`)
    onDone()
  }
  return (
    <ActionDialog
      title={`${name} ${monitorsOf(count)}`}
      reason={action === 'resume' ? 'optional' : 'required'}
      onConfirm={run}
      onClose={onClose}
    >
      <p>{effect}</p>
    </ActionDialog>
  )
}
