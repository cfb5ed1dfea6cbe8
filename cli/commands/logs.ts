import { defineCommand, JSON_OPTION } from '../command'
import { findContainer } from '../containers/find'
import { logPrinter } from '../containers/log-printer'
import { EXIT } from '../exit'
import { follow, showOnce } from '../follow'
import { linesOf } from '../lines'
import { jsonPrinter } from '../output/printer'
import { PATIENCE_OPTION, patienceOf } from '../patience'

export const logs = defineCommand({
  name: 'logs',
  operands: '<container>',
  count: [1, 1],
  summary: 'Shows the log of a container, over all that had its name, and with --follow what comes',
  details: `  tailrace logs web --lines 200
  tailrace logs build-01/web --follow --level error`,
  options: {
    follow: { type: 'boolean', help: 'Go on with new lines until Ctrl-C' },
    level: { type: 'string', value: 'level', help: 'This level and above: debug, info, warn, error' },
    q: { type: 'string', value: 'text', help: 'Lines that contain this' },
    lines: { type: 'string', value: 'n', help: 'Start with the last n lines: 0 to 10000, or all (default 100)' },
    after: { type: 'string', value: 'id', help: 'Start after this id, as printed by an interrupted one' },
    json: JSON_OPTION,
    patience: PATIENCE_OPTION,
  },
  async run(context, { values, operands: [name = ''] }) {
    const { level, q, after } = values
    const limit = linesOf(values.lines)
    const patienceMs = patienceOf(values.patience)
    const { id } = await findContainer(context.api, name)
    const request = { topic: `container:${id}`, filter: { level, q, after, limit }, patienceMs }
    const printer = values.json ? jsonPrinter(context.terminal) : logPrinter(context.terminal)
    await (values.follow ? follow : showOnce)(context, request, printer)
    return EXIT.ok
  },
})
