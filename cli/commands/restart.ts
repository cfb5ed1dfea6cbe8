import { actionCommand } from '../containers/command'

export const restart = actionCommand(
  'restart',
  'Restarts a container',
  '  tailrace restart web --reason "does not answer"',
)
export const stop = actionCommand('stop', 'Stops a container', '  tailrace stop build-01/web --reason "maintenance"')
export const start = actionCommand('start', 'Starts a container', '  tailrace start web --reason "maintenance is over"')
