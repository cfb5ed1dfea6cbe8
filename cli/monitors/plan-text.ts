import type { ImportReport } from '../../src/contract/monitor-import'
import { clean } from '../../text/display'
import type { Color, Terminal } from '../output/terminal'

type Step = ImportReport['steps'][number]

const MARKS: Record<string, string> = { create: '+', update: '~', remove: '-', refused: '!' }
const COLORS: Record<string, Color> = { create: 'green', update: 'yellow', remove: 'red', refused: 'red' }

/** What an import does or would do, a line each; unchanged monitors are only counted. */
export function planText(terminal: Terminal, { steps, left_out }: ImportReport): string {
  const lines = steps.filter(({ action }) => action in MARKS).flatMap(step => linesOf(terminal, step))
  const others = left_out.map(part => `  ${clean(part)}`)
  return [...lines, ...(others.length ? ['Left out:', ...others] : [])].map(line => `${line}\n`).join('')
}

function linesOf(terminal: Terminal, { name, action, fields, notes }: Step): string[] {
  const changes = fields.length ? `: ${clean(fields.join(', '))}` : ''
  const head = terminal.paint(COLORS[action], `${MARKS[action]} ${clean(name)}`)
  return [`${head}${changes}`, ...notes.map(note => `    ${clean(note)}`)]
}

/** `1 to create, 2 to change, 12 unchanged`. */
export function countsText({ counts, dry_run }: ImportReport): string {
  const words: [number, string, string][] = [
    [counts.create, 'to create', 'created'],
    [counts.update, 'to change', 'changed'],
    [counts.remove, 'to remove', 'removed'],
    [counts.refused, 'refused', 'refused'],
    [counts.unchanged, 'unchanged', 'unchanged'],
  ]
  const parts = words.filter(([count]) => count > 0).map(([count, plan, done]) => `${count} ${dry_run ? plan : done}`)
  return parts.length ? `${parts.join(', ')}.` : 'There are no monitors in it.'
}
