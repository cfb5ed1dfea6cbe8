import type { ReadonlySignal } from '@preact/signals'
import type { AlertItem } from '../../src/contract/alerts'
import { isOnControl, useKeys } from '../keys'
import { navigate } from '../router'
import { isOperator } from '../session'
import { type AlertListState, togglePicked } from './alert-row'

interface AlertKeysOptions {
  alerts: ReadonlySignal<readonly AlertItem[] | null>
  state: AlertListState
  onSilence(alerts: readonly AlertItem[]): void
}

/** `j` and `k` move, `x` selects, `s` silences what is selected or else the current alert, Enter opens it. */
export function useAlertKeys({ alerts, state, onSilence }: AlertKeysOptions): void {
  const { current, selected } = state
  const currentOne = () => alerts.peek()?.find(({ id }) => id === current.peek())
  const move = (by: number) => {
    const list = alerts.peek() ?? []
    const at = list.findIndex(({ id }) => id === current.peek())
    const next = list[Math.min(list.length - 1, Math.max(0, at + by))]
    if (!next) return
    current.value = next.id
    requestAnimationFrame(() => scrollToRow(next.id))
  }
  const keys: Parameters<typeof useKeys>[0] = {
    j: () => move(1),
    k: () => move(-1),
    x: () => {
      const alert = currentOne()
      if (alert && isOperator.peek()) togglePicked(selected, alert)
    },
    s: () => {
      const alert = currentOne()
      const chosen = selected.peek().size > 0 ? [...selected.peek().values()] : alert ? [alert] : []
      if (chosen.length > 0 && isOperator.peek()) onSilence(chosen)
    },
    Escape: () => {
      selected.value = new Map()
    },
    Enter: event => {
      const alert = currentOne()
      if (isOnControl(event) && event.target instanceof HTMLElement) event.target.click()
      else if (alert) navigate(`/alerts/${alert.fingerprint}`)
    },
  }
  const whenFree = (act: (event: KeyboardEvent) => void) => (event: KeyboardEvent) => {
    if (!document.querySelector('dialog[open]')) act(event)
  }
  // A dialog has its own keys, and the browser its own effect on them.
  useKeys(Object.fromEntries(Object.entries(keys).map(([key, act]) => [key, whenFree(act)])))
}

/** The next row is always rendered: the list renders some beyond its edges. */
const scrollToRow = (id: string) =>
  document.querySelector(`[data-alert="${CSS.escape(id)}"]`)?.scrollIntoView({ block: 'nearest' })
