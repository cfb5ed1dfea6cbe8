import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { giveUp, ROOT, say } from './root.mjs'

/**
 * Makes public/fleet/osquery-tables.txt for a newer osquery release. Usage: node scripts/osquery-tables.mjs 5.24.0.json
 * The file is one of osquery's site: https://github.com/osquery/osquery-site, src/data/osquery_schema_versions/.
 * It does not tell which columns only some platforms fill, and calls most of them hidden: such marks are kept as they are.
 * For new columns add them by hand, from `extended_schema` in https://github.com/osquery/osquery, specs/.
 */
const FILE = join(ROOT, 'public/fleet/osquery-tables.txt')
/** What osquery makes of the types of its specs (tools/codegen/gentable.py). */
const TYPES = { date: 'text', datetime: 'text' }
const LETTERS = { darwin: 'd', linux: 'l', windows: 'w' }
const [source] = process.argv.slice(2)
if (!source) giveUp('Name the schema file of a release: node scripts/osquery-tables.mjs 5.24.0.json')

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
say(`${lines.length} tables of osquery ${version} are in ${FILE}.`)

function flagsOf({ platforms, evented }) {
  const letters = platforms.flatMap(platform => LETTERS[platform] ?? []).sort()
  return [...letters, ...(evented ? ['e'] : [])].join('')
}

function columnOf(table, { name, type, required, hidden }) {
  const lower = type.toLowerCase()
  const marks = platformMarks.get(`${table.name}.${name}`) ?? `${required ? '!' : ''}${hidden ? '~' : ''}`
  return `${name}:${TYPES[lower] ?? lower}${marks}`
}
