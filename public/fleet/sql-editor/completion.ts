import { type Column, platformNames, type Schema, type Table } from '../tables'
import { isTablePlace, type Source, type Statement, statementsOf } from './statement'
import { nameOf, type Token, tokensOf } from './tokens'
import { FUNCTIONS, KEYWORDS } from './words'

export interface Option {
  label: string
  kind: 'table' | 'column' | 'function' | 'keyword'
  /** Shown beside the label: the type of a column, the platforms of a table. */
  detail: string
  /** Ranks options that match equally well; higher comes first. */
  boost: number
}

export interface Completion {
  /** Start of the word that the option replaces. */
  from: number
  options: Option[]
}

const NOTHING: Option[] = []

/**
 * The completions at a position: tables after `from` and `join`, columns of one table after `alias.`, otherwise
 * columns of the statement's tables, functions and keywords. Null in strings, comments and numbers.
 */
export function completionAt(sql: string, at: number, schema: Schema): Completion | null {
  const all = tokensOf(sql)
  const inside = all.find(token => token.from < at && (at < token.to || (at === token.to && token.isUnterminated)))
  if (inside && (inside.kind === 'comment' || inside.kind === 'string')) return null
  const typed = all.find(token => token.from < at && at <= token.to && isTyped(token))
  if (!typed && all.some(token => token.kind === 'number' && token.to === at)) return null
  const from = typed?.from ?? at
  const statement = statementsOf(sql).find(each => each.from <= at && at <= each.to)
  return { from, options: optionsAt(statement, from, schema) }
}

const isTyped = ({ kind, isUnterminated }: Token) => kind === 'word' || (kind === 'quoted' && isUnterminated)

function optionsAt(statement: Statement | undefined, from: number, schema: Schema): Option[] {
  const tokens = statement?.tokens.filter(token => token.to <= from) ?? []
  const last = tokens.at(-1)
  if (!statement || !last) return FIRST_KEYWORDS
  if (last.text === '.') return columnsOfName(tokens.at(-2), statement, schema)
  if (isTablePlace([...tokens, { ...last, text: '' }], tokens.length)) return tablesOf(statement, schema)
  return [...columnsOf(statement.sources, schema), ...FUNCTIONS_AND_KEYWORDS]
}

function tablesOf({ ctes }: Statement, schema: Schema): Option[] {
  const own: Option[] = ctes.map(label => ({ label, kind: 'table', detail: 'in this query', boost: 2 }))
  return [...own, ...schema.tables.map(tableOption)]
}

const tableOption = (table: Table): Option => ({
  label: table.name,
  kind: 'table',
  detail: [platformsOf(table), ...(table.isEvented ? ['events'] : [])].join(' · '),
  boost: table.name.includes('_') ? 0 : 1, // prefers short names, which are more common: processes before process_envs
})

/** The platforms of a table as text; `all` for all of them. */
export const platformsOf = ({ platforms }: Table) => (platforms.length === 3 ? 'all' : platformNames(platforms))

function columnsOfName(name: Token | undefined, { sources }: Statement, schema: Schema): Option[] {
  if (!name) return NOTHING
  const qualifier = nameOf(name)
  const source = sources.find(({ alias }) => alias === qualifier) ?? { table: qualifier, alias: qualifier }
  return columnsOf([source], schema)
}

/** A column that several tables have becomes one option, which lists them. */
function columnsOf(sources: readonly Source[], schema: Schema): Option[] {
  const found = new Map<string, { column: Column; aliases: Set<string> }>()
  for (const { table, alias } of sources) {
    for (const column of schema.byName.get(table)?.columns ?? []) {
      const known = found.get(column.name) ?? { column, aliases: new Set() }
      found.set(column.name, { column, aliases: known.aliases.add(alias) })
    }
  }
  const isJoin = new Set(sources.map(({ alias }) => alias)).size > 1
  return [...found.values()].map(({ column, aliases }) => columnOption(column, isJoin ? [...aliases] : []))
}

function columnOption({ name, type, isRequired, isHidden, platforms }: Column, aliases: string[]): Option {
  const only = platforms.length > 0 && `${platformNames(platforms)} only`
  const marks = [isRequired && 'required', isHidden && 'hidden', only, ...aliases].filter(Boolean)
  return {
    label: name,
    kind: 'column',
    detail: [type, ...marks].join(' · '),
    boost: isRequired ? 3 : isHidden ? 1 : 2,
  }
}

const keyword = (label: string): Option => ({ label, kind: 'keyword', detail: '', boost: -2 })
const FUNCTIONS_AND_KEYWORDS: Option[] = [
  ...Object.entries(FUNCTIONS).map(
    ([label, takes]): Option => ({ label, kind: 'function', detail: `(${takes})`, boost: -1 }),
  ),
  ...KEYWORDS.map(keyword),
]
const FIRST_KEYWORDS = ['select', 'with', 'explain'].map(keyword)
