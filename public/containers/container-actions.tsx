import { useSignal } from '@preact/signals'
import type { Container, ContainerAction } from '../../src/contract/containers'
import { useKeys } from '../keys'
import { isAdmin, isOperator } from '../session'
import { ContainerActionDialog } from './container-action-dialog'
import { ACTION_TITLES, actionsFor } from './words'

const KEYS: Record<ContainerAction, string> = { start: 's', stop: 'x', restart: 'r' }

/** What can be done with a container. Its machine has the last word. */
export function ContainerActions({ container, onAsked }: { container: Container; onAsked(): void }) {
  const asked = useSignal<ContainerAction | null>(null)
  const isGuarded = container.protected || container.own
  const isAllowed = isOperator.value && (!isGuarded || isAdmin.value)
  const actions = isAllowed ? actionsFor(container.state) : []
  const ask = (action: ContainerAction) => () => {
    if (actions.includes(action)) asked.value ??= action
  }
  useKeys({ [KEYS.start]: ask('start'), [KEYS.stop]: ask('stop'), [KEYS.restart]: ask('restart') })
  const action = asked.value
  return (
    <div class="job-actions">
      {actions.map(each => (
        <button
          key={each}
          type="button"
          class={each === 'stop' ? undefined : 'primary'}
          title={`${ACTION_TITLES[each]} (${KEYS[each]})`}
          disabled={container.agent_status === 'offline'}
          onClick={ask(each)}
        >
          {ACTION_TITLES[each]}
        </button>
      ))}
      {action !== null && (
        <ContainerActionDialog
          action={action}
          container={container}
          onAsked={onAsked}
          onClose={() => (asked.value = null)}
        />
      )}
    </div>
  )
}
