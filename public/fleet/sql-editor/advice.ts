import { PLATFORM_NAMES, type Schema, type Table } from '../tables'
import { type Statement, statementsOf } from './statement'
import { nameOf } from './tokens'

/** Warnings about a query that is valid but may not do what its author expects. */
export function adviceOn(sql: string, schema: Schema): string[] {
  const statements = statementsOf(sql)
  const advice = statements.flatMap(statement => adviceOnStatement(statement, schema))
  if (statements.length > 1) advice.push('osquery returns only the columns of the first statement. Use one statement.')
  return [...new Set(advice)]
}

function adviceOnStatement({ sources, tokens, ctes }: Statement, schema: Schema): string[] {
  const used = sources.filter(({ table }) => !ctes.includes(table))
  const words = new Set(tokens.map(nameOf))
  return used.flatMap(({ table: name }) => {
    const table = schema.byName.get(name)
    if (!table) return [`osquery ${schema.version} has no table ${name}, unless an extension provides it.`]
    return [...missingConditions(table, words), ...availability(table)]
  })
}

/** Any mention of a required column is enough, because joins can provide the condition, too. */
function missingConditions({ name, columns }: Table, words: ReadonlySet<string>): string[] {
  const required = columns.filter(({ isRequired }) => isRequired).map(column => column.name)
  if (required.length === 0 || required.some(column => words.has(column))) return []
  return [`${name} returns no rows without a condition on ${required.join(' or ')}.`]
}

function availability({ name, platforms, isEvented }: Table): string[] {
  const systems = platforms.map(platform => PLATFORM_NAMES[platform]).join(' and ')
  return [
    ...(platforms.length < 3 ? [`${name} exists only on ${systems}.`] : []),
    ...(isEvented ? [`${name} contains events: it is empty unless the agent collects them.`] : []),
  ]
}
