import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { giveUp, ROOT, say } from './root.mjs'

/**
 * Makes public/fleet/osquery-tables.txt for a newer osquery release. Usage: node scripts/osquery-tables.mjs 5.24.0.json
 * The file is one of osquery's site: https://github.com/osquery/osquery-site, src/data/osquery_schema_versions/.
 */
const FILE = join(ROOT, 'public/fleet/osquery-tables.txt')
const LETTERS = { darwin: 'd', linux: 'l', windows: 'w' }
const [source] = process.argv.slice(2)
if (!source) giveUp('Name the schema file of a release: node scripts/osquery-tables.mjs 5.24.0.json')

const version = basename(source, '.json')
const tables = JSON.parse(readFileSync(source, 'utf8'))
const legend = readFileSync(FILE, 'utf8')
  .split('\n')
  .filter(line => line.startsWith('#'))
  .map(line => line.replace(/osquery \d[\w.]*/, `osquery ${version}`))
const lines = tables
  .sort((a, b) => (a.name < b.name ? -1 : 1))
  .map(table => [table.name, flagsOf(table), ...table.columns.map(columnOf)].join(' '))
writeFileSync(FILE, `${[...legend, ...lines].join('\n')}\n`)
say(`${lines.length} tables of osquery ${version} are in ${FILE}.`)

function flagsOf({ platforms, evented }) {
  const letters = platforms.flatMap(platform => LETTERS[platform] ?? []).sort()
  return [...letters, ...(evented ? ['e'] : [])].join('')
}

function columnOf({ name, type, required, hidden }) {
  return `${name}:${type.toLowerCase()}${required ? '!' : ''}${hidden ? '~' : ''}`
}
