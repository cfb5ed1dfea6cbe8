import { PLATFORM_NAMES, type Schema, type Table } from '../tables'
import { type Statement, statementsOf } from './statement'
import { nameOf } from './tokens'

/** What a host would make of a query that its author may not have meant. Empty when all seems well. */
export function adviceOn(sql: string, schema: Schema): string[] {
  const statements = statementsOf(sql)
  const said = statements.flatMap(statement => adviceOnStatement(statement, schema))
  if (statements.length > 1) said.push('Only the columns of the first statement are answered: send one statement.')
  return [...new Set(said)]
}

function adviceOnStatement({ sources, tokens, made }: Statement, schema: Schema): string[] {
  const used = sources.filter(({ table }) => !made.includes(table))
  const words = new Set(tokens.map(nameOf))
  return used.flatMap(({ table: name }) => {
    const table = schema.byName.get(name)
    if (!table) return [`osquery ${schema.version} has no table ${name}; an extension of the agent may have it.`]
    return [...missingOf(table, words), ...placeOf(table)]
  })
}

/** Conditions can come by a join, too, so that it is enough when a column is named anywhere. */
function missingOf({ name, columns }: Table, words: ReadonlySet<string>): string[] {
  const required = columns.filter(({ isRequired }) => isRequired).map(column => column.name)
  if (required.length === 0 || required.some(column => words.has(column))) return []
  return [`${name} answers only where ${required.join(' or ')} is given.`]
}

function placeOf({ name, platforms, isEvented }: Table): string[] {
  const places = platforms.map(platform => PLATFORM_NAMES[platform]).join(' and ')
  return [
    ...(platforms.length < 3 ? [`${name} is there on ${places} only.`] : []),
    ...(isEvented ? [`${name} holds events: it is empty where the agent does not collect them.`] : []),
  ]
}
