import { defineCommand, JSON_OPTION } from '../command'
import { EXIT, Failure } from '../exit'
import { table } from '../output/table'
import type { Terminal } from '../output/terminal'
import { clean } from '../output/text'

type Fields = Record<string, unknown>

export const retention = defineCommand({
  name: 'retention',
  operands: '',
  count: [0, 0],
  summary: 'Shows what is kept for how long, and how far cleaning up has come',
  options: { json: JSON_OPTION },
  async run({ api, terminal }, { values }) {
    const answer = await api.get<Fields>('/api/retention').catch(error => {
      if (!(error instanceof Failure) || error.exitCode !== EXIT.missing) throw error
      throw new Failure(EXIT.missing, 'This server has no retention yet: it keeps everything. A newer version has it.')
    })
    if (values.json) terminal.json(answer)
    else terminal.write(textOf(terminal, answer))
    return EXIT.ok
  },
})

/** Shown as the server names it, so that a new policy or figure needs no new command line. */
function textOf(terminal: Terminal, answer: Fields): string {
  const lists = Object.values(answer).filter((value): value is Fields[] => Array.isArray(value) && value.length > 0)
  const others = Object.entries(answer).filter(([, value]) => !Array.isArray(value) && value !== null)
  const head = others.map(([name, value]) => `${titleOf(name)}: ${textFor(value)}\n`)
  return [...head, ...lists.map(rows => tableOf(terminal, rows))].join('')
}

function tableOf(terminal: Terminal, rows: readonly Fields[]): string {
  const names = [...new Set(rows.flatMap(row => Object.keys(row)))]
  const columns = names.map(name => ({ title: titleOf(name).toUpperCase(), least: 8 }))
  const cells = rows.map(row => names.map(name => textFor(row[name])))
  return table(columns, cells, terminal.width())
}

const titleOf = (name: string) => clean(name.replaceAll('_', ' '))

function textFor(value: unknown): string {
  if (value === null || value === undefined) return ''
  return clean(typeof value === 'object' ? JSON.stringify(value) : String(value))
}
