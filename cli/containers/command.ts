import type { ContainerAction } from '../../src/contract/containers'
import { type Command, defineCommand, JSON_OPTION } from '../command'
import { REASON_OPTION } from '../reason'
import { actOnContainer } from './act'

/** A command that acts on a container. */
export const actionCommand = (action: ContainerAction, summary: string, details: string): Command =>
  defineCommand({
    name: action,
    operands: '<container>',
    count: [1, 1],
    summary,
    details: `${details}

The container is named by its name, by <agent>/<name> where several machines have one of that name, or by its id. The exit
code says whether it was done.`,
    options: {
      reason: REASON_OPTION,
      confirm: { type: 'string', value: 'name', help: 'The name again: a protected container needs it, and an admin' },
      grace: { type: 'string', value: 'seconds', help: 'Time to end before it is killed (default 10)' },
      'no-wait': { type: 'boolean', help: 'Do not wait for the end' },
      json: JSON_OPTION,
    },
    run: (context, { values, operands: [name = ''] }) => actOnContainer(context, action, name, values),
  })
