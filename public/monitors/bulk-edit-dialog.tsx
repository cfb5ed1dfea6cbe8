import { useSignal } from '@preact/signals'
import type { MonitorSelection } from '../../src/contract/monitors'
import { ActionDialog } from '../components/action-dialog'
import { showToast } from '../toasts'
import { BULK_WORDS, bulkChangeOf, monitorsOf, runBulk } from './bulk'
import { NUMBERS } from './draft'
import { type Row, rowOf } from './rows'
import { RowsField } from './rows-field'

interface BulkEditDialogProps {
  filter: MonitorSelection
  count: number
  onDone(): void
  onClose(): void
}

const PARTS = [
  { name: 'name', title: 'name' },
  { name: 'value', title: 'value' },
]

/** Changes many monitors at once. */
export function BulkEditDialog({ filter, count, onDone, onClose }: BulkEditDialogProps) {
  const texts = useSignal<Readonly<Record<string, string>>>({})
  const labels = useSignal<readonly Row[]>([rowOf({})])
  const removed = useSignal('')
  const save = async (reason: string) => {
    const change = bulkChangeOf(texts.value, labels.value, removed.value)
    if (change === null) throw new Error('Enter what is to change.')
    const changed = await runBulk({ action: 'update', filter, change, reason })
    showToast(`${monitorsOf(changed)} ${BULK_WORDS.update.done}`)
    onDone()
  }
  return (
    <ActionDialog title={`Edit ${monitorsOf(count)}`} reason="optional" onConfirm={save} onClose={onClose}>
      <div class="bulk-edit">
        <p>{BULK_WORDS.update.effect}</p>
        <div class="kind-form">
          {NUMBERS.map(({ name, label, min, max }) => (
            <label key={name} class="field">
              {label}
              <input
                type="number"
                min={min}
                max={max}
                placeholder="as it is"
                value={texts.value[name] ?? ''}
                onInput={event => (texts.value = { ...texts.peek(), [name]: event.currentTarget.value })}
              />
            </label>
          ))}
        </div>
        <RowsField
          label="Add labels"
          parts={PARTS}
          rows={labels.value}
          more="Another label"
          onChange={rows => (labels.value = rows)}
        />
        <label class="field">
          Remove labels, by their names
          <input
            value={removed.value}
            placeholder="team, env"
            onInput={event => (removed.value = event.currentTarget.value)}
          />
        </label>
      </div>
    </ActionDialog>
  )
}
