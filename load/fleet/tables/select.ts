import type { Row } from '../../../src/fleet/agent'

/** The supported subset of SQL: one table, simple conditions, named columns, a limit. */
export interface Select {
  /** Undefined if only constants are selected. */
  table: string | undefined
  columns: Column[]
  /** A disjunction of conjunctions. */
  anyOf: Condition[][]
  limit: number
}

interface Column {
  /** `*`, a column, a constant or a call. */
  expression: string
  name: string
}

export interface Condition {
  left: string
  operator: string
  right: string
}

/** An error of SQLite, with its message. */
export class SqlError extends Error {}

const CONSTANT = /^(?:'(?:[^']|'')*'|[-+]?\d+(?:\.\d+)?|null)$/i
const CONDITION = /^([\w.']+)\s*(=|==|!=|<>|<=|>=|<|>|\blike\b|\bglob\b|\bin\b)\s*(.+)$/is

/** Only the first of several statements is parsed. */
export function parseSelect(sql: string): Select {
  const texts: string[] = []
  const bare = sql
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
    // string literals may contain anything, so they are set aside while the statement is split
    .replace(/'(?:[^']|'')*'/g, text => `'${texts.push(text) - 1}'`)
    .split(';', 1)
    .join('')
    .trim()
  const restore = (text: string) => text.trim().replace(/'(\d+)'/g, (_, no) => texts[Number(no)] ?? '')
  if (!bare) throw new SqlError('not an error') // this is the agent's actual message
  const match = /^(?:with\b.*?\)\s*)?select\s+(?:distinct\s+)?(.+?)(?=\s+(?:from|where|order|limit)\b|$)(.*)$/is.exec(
    bare,
  )
  if (!match) throw new SqlError(`near "${bare.split(/\s/, 1)[0]}": syntax error`)
  const [, list = '', rest = ''] = match
  const where = /\bwhere\s+(.+?)(?=\s+(?:group|order)\s+by\b|\s+limit\b|$)/is.exec(rest)?.[1] ?? ''
  return {
    table: /^\s+from\s+"?(\w+)/i.exec(rest)?.[1]?.toLowerCase(),
    columns: splitList(list).map(text => columnOf(restore(text))),
    anyOf: where
      ? where.split(/\bor\b/i).map(all => all.split(/\band\b/i).flatMap(each => conditionOf(restore(each))))
      : [],
    limit: Number(/\blimit\s+(\d+)/i.exec(rest)?.[1] ?? Number.POSITIVE_INFINITY),
  }
}

/** Splits at commas outside parentheses. */
function splitList(list: string): string[] {
  const parts = ['']
  let depth = 0
  for (const sign of list) {
    if (sign === '(') depth++
    if (sign === ')') depth--
    if (sign === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += sign
  }
  return parts
}

function columnOf(text: string): Column {
  const [, expression = text, alias] = /^(.+?)(?:\s+(?:as\s+)?"?(\w+)"?)?$/is.exec(text) ?? []
  const plain = expression.replace(/^\w+\.(?=[\w*])/, '').replaceAll('"', '')
  return { expression: plain, name: alias ?? plain }
}

/** Unsupported conditions count as true. */
function conditionOf(text: string): Condition[] {
  const [, left, operator, right] = CONDITION.exec(text.replace(/^[\s(]+/, '')) ?? []
  if (!left || !operator || !right) return []
  const bare = operator.toLowerCase() === 'in' ? right : right.replace(/[\s)]+$/, '')
  return [{ left: left.replace(/^\w+\./, ''), operator: operator.toLowerCase(), right: bare }]
}

/** Applies a statement to the rows of a table. */
export function select({ columns, anyOf, limit }: Select, rows: readonly Row[]): Row[] {
  const found = rows.filter(row => !anyOf.length || anyOf.some(all => all.every(each => holds(each, row))))
  if (columns.every(({ expression }) => /^count\(.*\)$/i.test(expression)))
    return [Object.fromEntries(columns.map(({ name }) => [name, String(found.length)]))].slice(0, limit)
  return found.slice(0, limit).map(row => Object.assign({}, ...columns.map(column => project(column, row))) as Row)
}

function project({ expression, name }: Column, row: Row): Row {
  return expression === '*' ? row : { [name]: fieldOf(expression, row) }
}

function fieldOf(expression: string, row: Row): string {
  if (CONSTANT.test(expression)) return constantOf(expression)
  if (!/^\w+$/.test(expression)) return '' // function calls and expressions are not supported
  const value = row[expression] ?? row[expression.toLowerCase()]
  if (value === undefined) throw new SqlError(`no such column: ${expression}`)
  return value
}

export const constantOf = (text: string) =>
  /^null$/i.test(text) ? '' : text.replace(/^'|'$/g, '').replaceAll("''", "'")

function holds({ left, operator, right }: Condition, row: Row): boolean {
  const a = fieldOf(left, row)
  if (operator === 'in') return splitList(right.replace(/^\(|\)\s*$/g, '')).some(text => constantOf(text.trim()) === a)
  const b = fieldOf(right, row)
  if (operator === 'like' || operator === 'glob') return patternOf(b, operator).test(a)
  const [x, y] = [a, b].every(text => text !== '' && Number.isFinite(Number(text))) ? [Number(a), Number(b)] : [a, b]
  if (operator === '=' || operator === '==') return x === y
  if (operator === '!=' || operator === '<>') return x !== y
  if (operator === '<') return x < y
  if (operator === '>') return x > y
  return operator === '<=' ? x <= y : x >= y
}

function patternOf(text: string, operator: 'like' | 'glob'): RegExp {
  const [any, one] = operator === 'like' ? ['%', '_'] : ['*', '?']
  const parts = [...text].map(sign => {
    if (sign === any) return '[\\s\\S]*'
    return sign === one ? '[\\s\\S]' : sign.replace(/[\\^$.*+?()[\]{}|]/, '\\$&')
  })
  return new RegExp(`^${parts.join('')}$`, operator === 'like' ? 'i' : '')
}
