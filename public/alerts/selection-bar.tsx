import type { AlertItem } from '../../src/contract/alerts'
import { counted } from '../../text/numbers'
import { isOperator } from '../session'

interface SelectionBarProps {
  selected: ReadonlyMap<string, AlertItem>
  onSilence(alerts: readonly AlertItem[]): void
  onClear(): void
}

/** What can be done with the selected alerts. It covers nothing and moves nothing: it sticks to the window's bottom. */
export function SelectionBar({ selected, onSilence, onClear }: SelectionBarProps) {
  if (selected.size === 0 || !isOperator.value) return null
  return (
    <section class="selection-bar" aria-label="Bulk actions">
      <span>{counted(selected.size, 'alert')} selected</span>
      <button type="button" title="s" onClick={() => onSilence([...selected.values()])}>
        Silence {counted(selected.size, 'alert')}
      </button>
      <button type="button" class="quiet" title="Escape" onClick={onClear}>
        Clear selection
      </button>
    </section>
  )
}
