import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { giveUp, ROOT, say } from './root.mjs'

/**
 * Updates public/fleet/osquery-tables.txt for a newer osquery release. Usage: node scripts/osquery-tables.mjs 5.24.0.json
 * The schema file comes from https://github.com/osquery/osquery-site, src/data/osquery_schema_versions/. It does not tell which
 * columns are platform-specific, and marks most of them as hidden, so existing marks are kept. Add marks for new columns by hand,
 * from `extended_schema` in https://github.com/osquery/osquery, specs/.
 */
const FILE = join(ROOT, 'public/fleet/osquery-tables.txt')
/** How osquery maps the types in its specs (tools/codegen/gentable.py). */
const TYPES = { date: 'text', datetime: 'text' }
const LETTERS = { darwin: 'd', linux: 'l', windows: 'w' }
const [source] = process.argv.slice(2)
if (!source) giveUp('Pass the schema file of a release: node scripts/osquery-tables.mjs 5.24.0.json')

const version = basename(source, '.json')
const tables = JSON.parse(readFileSync(source, 'utf8'))
const before = readFileSync(FILE, 'utf8').split('\n')
const platformMarks = new Map(
  before.flatMap(line => {
    const [table, , ...columns] = line.split(' ')
    return columns.flatMap(column => {
      const [, name, marks] = /^(\w+):\w+?([!~]*@\w+)$/.exec(column) ?? []
      return name ? [[`${table}.${name}`, marks]] : []
    })
  }),
)
const legend = before
  .filter(line => line.startsWith('#'))
  .map(line => line.replace(/osquery \d[\w.]*/, `osquery ${version}`))
const lines = tables
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map(table => [table.name, flagsOf(table), ...table.columns.map(column => columnOf(table, column))].join(' '))
writeFileSync(FILE, `${[...legend, ...lines].join('\n')}\n`)
say(`Wrote ${lines.length} tables of osquery ${version} to ${FILE}.`)

function flagsOf({ platforms, evented }) {
  const letters = platforms.flatMap(platform => LETTERS[platform] ?? []).sort()
  return [...letters, ...(evented ? ['e'] : [])].join('')
}

function columnOf(table, { name, type, required, hidden }) {
  const lower = type.toLowerCase()
  const marks = platformMarks.get(`${table.name}.${name}`) ?? `${required ? '!' : ''}${hidden ? '~' : ''}`
  return `${name}:${TYPES[lower] ?? lower}${marks}`
}
