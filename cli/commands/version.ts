import { version as own } from '../../package.json'
import { defineCommand } from '../command'
import { EXIT } from '../exit'

export const version = defineCommand({
  name: 'version',
  operands: '',
  count: [0, 0],
  summary: 'Prints the version of this program',
  options: {},
  async run({ terminal }) {
    terminal.write(`tailrace ${own}\n`)
    return EXIT.ok
  },
})
