import { useSignal } from '@preact/signals'
import { counted } from '../../text/numbers'
import { client } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { isOperator } from '../session'
import { showToast } from '../toasts'

interface BulkExpireProps {
  selected: ReadonlySet<string>
  onDone(): void
  onClear(): void
}

/** Requests under way at the same time. */
const AT_ONCE = 4

/** Ends the selected silences, for one reason. */
export function BulkExpire({ selected, onDone, onClear }: BulkExpireProps) {
  const isAsking = useSignal(false)
  if (selected.size === 0 || !isOperator.value) return null
  const all = counted(selected.size, 'silence')
  return (
    <section class="selection-bar" aria-label="Bulk actions">
      <span>{all} selected</span>
      <button type="button" onClick={() => (isAsking.value = true)}>
        End {all}
      </button>
      <button type="button" class="quiet" onClick={onClear}>
        Clear selection
      </button>
      {isAsking.value && (
        <ActionDialog
          title={`End ${all}`}
          onConfirm={async reason => {
            await endAll([...selected], reason)
            showToast(`${all} ended`)
            onDone()
          }}
          onClose={() => (isAsking.value = false)}
        >
          <p>They no longer mute anything. Whoever was told of an alert that still fires is told again.</p>
        </ActionDialog>
      )}
    </section>
  )
}

/** Ends them a few at a time; the first that is refused stops the rest. */
async function endAll(ids: string[], reason: string): Promise<void> {
  const left = [...ids]
  const work = async () => {
    for (let id = left.shift(); id !== undefined; id = left.shift())
      await client.delete('/api/silences/{id}', { id, reason })
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}
