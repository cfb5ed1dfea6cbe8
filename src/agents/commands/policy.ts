import { may, type Principal } from '../../api'
import { conflict, Problem } from '../../base/errors'
import type { ContainerAction } from '../../contract/containers'
import type { ListedContainer } from '../containers/container-store'

/**
 * Whether somebody may do something to a container. The agent decides again by its own settings.
 * @param confirm the name of the container, as they have typed it
 * @returns whether it is confirmed
 * @throws Problem 403 or 409
 */
export function requireAllowed(
  principal: Principal,
  container: ListedContainer,
  action: ContainerAction,
  confirm: string | undefined,
): boolean {
  if (container.state === 'gone') throw conflict('container_gone', 'The engine does not have this container any more.')
  if (!container.capabilities.includes('actions'))
    throw conflict('actions_off', 'The agent on this machine does not allow actions. Start it with --allow.')
  const confirmed = confirm === container.name
  if (confirm !== undefined && !confirmed)
    throw conflict('wrong_confirmation', 'What was typed is not the name of the container.')
  if (!container.protected && !container.own) return confirmed && may(principal, 'admin')
  if (!may(principal, 'admin'))
    throw new Problem(403, 'protected', `${container.name} is protected: only an admin may ${action} it.`)
  if (!confirmed)
    throw conflict('confirmation_needed', `${container.name} is protected: send its name as "confirm" to ${action} it.`)
  return true
}
