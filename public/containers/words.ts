import type {
  CommandEvent,
  Container,
  ContainerAction,
  ContainerEvent,
  ContainerState,
} from '../../src/contract/containers'

export const STATE_MEANINGS: Record<ContainerState, string> = {
  created: 'Never started',
  running: 'It runs',
  paused: 'Frozen by the engine',
  restarting: 'It ended, and the engine starts it again',
  removing: 'The engine is removing it',
  exited: 'It has ended',
  dead: 'The engine could not remove it',
  gone: 'The engine does not have it any more',
}

/** Why a container has ended, if it should not have; `''` if its state says enough. */
export function troubleOf({ state, exit_code }: Pick<Container, 'state' | 'exit_code'>): string {
  const hasEnded = state === 'exited' || state === 'dead' || state === 'restarting'
  return hasEnded && exit_code !== null && exit_code !== 0 ? `exit code ${exit_code}` : ''
}

/** The name of an image without its registry, which is the same for most. */
export const shortImage = (image: string): string => image.replace(/^[^/]+\.[^/]+\//, '')

const ENGINE_WORDS: Record<string, string> = {
  start: 'started',
  die: 'ended',
  stop: 'was stopped',
  kill: 'was sent a signal',
  oom: 'ran out of memory',
  restart: 'was restarted',
  create: 'was created',
  destroy: 'was removed',
  pause: 'was paused',
  unpause: 'goes on',
  rename: 'was renamed',
}

/** What the engine reported. */
export function eventWords({ action, exit_code }: Pick<ContainerEvent, 'action' | 'exit_code'>): string {
  const health = /^health_status:? ?(\w+)?/.exec(action)
  if (health) return health[1] ? `is ${health[1]}` : 'has another health'
  const words = ENGINE_WORDS[action] ?? action
  return exit_code === null ? words : `${words} with exit code ${exit_code}`
}

export const ACTION_TITLES: Record<ContainerAction, string> = { start: 'Start', stop: 'Stop', restart: 'Restart' }

const ENDS: Record<CommandEvent['status'], string> = {
  queued: 'is asked for',
  sent: 'is sent to the agent',
  accepted: 'is taken by the agent',
  running: 'is being done',
  succeeded: 'is done',
  failed: 'failed',
  rejected: 'was refused',
  expired: 'was never begun',
  unknown: 'has an unknown end',
}

/** How far an action is, or how it ended. */
export function commandWords({ action, status, message }: Pick<CommandEvent, 'action' | 'status' | 'message'>): string {
  const words = `${ACTION_TITLES[action]} ${ENDS[status]}`
  return message === '' || status === 'succeeded' ? words : `${words}: ${message}`
}

/** What can be done with a container in its state. */
export function actionsFor(state: ContainerState): ContainerAction[] {
  if (state === 'running' || state === 'restarting' || state === 'paused') return ['stop', 'restart']
  return state === 'created' || state === 'exited' || state === 'dead' ? ['start'] : []
}
