import type { Answer, Row, Stats } from '../agent'
import type { Body } from './body'
import type { Fields } from './fields'
import { cleanText, integerOf, type JsonObject, objectOf, rowOf, textOf, tryParseJson } from './json'
import { ANSWERS_MAX, ROW_CHARACTERS_MAX, ROWS_MAX } from './limits'
import { type ScanResult, scanBody } from './scan-body'

/** The rows received for one query. */
interface Collected {
  rows: Row[]
  isIncomplete: boolean
}

/**
 * Reads an agent's answers to queries. They are in four maps by query id (`queries`, `statuses`, `messages`, `stats`),
 * some of which older agents leave out.
 * @throws Refusal 400, AgentDisconnected
 */
export async function readAnswers(body: Body): Promise<Answer[]> {
  const collected = new Map<string, Collected>()
  let rows = 0
  const of = (id: string) => {
    const known = collected.get(id)
    if (known || collected.size >= ANSWERS_MAX) return known
    const fresh: Collected = { rows: [], isIncomplete: false }
    collected.set(id, fresh)
    return fresh
  }
  const fields: Fields = {}
  const scanned = await scanBody(body, fields, {
    enters([name, id, element], isList) {
      if (name !== 'queries' || element !== undefined) return false
      if (id === undefined) return !isList
      return isList && of(id) !== undefined
    },
    value([, id = '', element], text) {
      const answer = of(id)
      if (!answer) return
      const row = rows < ROWS_MAX ? rowOf(tryParseJson(text)) : undefined
      if (row) {
        rows++
        const isLarge = text !== undefined && text.length > ROW_CHARACTERS_MAX
        answer.rows.push(isLarge ? truncateRow(row) : row)
        answer.isIncomplete ||= isLarge
      }
      // Old agents send `""` when there are no rows.
      else if (element !== undefined || text === undefined) answer.isIncomplete = true
    },
  })
  return assemble(collected, fields, scanned)
}

function truncateRow(row: Row): Row {
  const columns = Object.entries(row)
  const lengthMax = Math.floor(ROW_CHARACTERS_MAX / columns.length)
  return Object.fromEntries(columns.map(([name, value]) => [name, value.slice(0, lengthMax).toWellFormed()]))
}

function assemble(collected: Map<string, Collected>, fields: Fields, { isTruncated, path }: ScanResult): Answer[] {
  const statuses = objectOf(fields.statuses) ?? {}
  const messages = objectOf(fields.messages) ?? {}
  const stats = objectOf(fields.stats) ?? {}
  const ids = new Set([...collected.keys(), ...[statuses, messages, stats].flatMap(Object.keys)])
  const reached = path[0] === 'queries' ? path[1] : undefined
  return [...ids].slice(0, ANSWERS_MAX).flatMap(id => {
    if (!id) return []
    const given = collected.get(id)
    const message = textOf(own(messages, id))
    const failed = hasFailed(own(statuses, id), given !== undefined, message)
    // Rows may have been in the truncated part.
    const mayLackRows = isTruncated && !failed && (given === undefined || id === reached)
    return {
      queryId: cleanText(id),
      rows: failed ? [] : (given?.rows ?? []),
      failed,
      message,
      stats: statsOf(own(stats, id)),
      truncated: mayLackRows || (given?.isIncomplete ?? false),
    }
  })
}

const own = (map: JsonObject, id: string) => (Object.hasOwn(map, id) ? map[id] : undefined)

/** Statuses are numbers since osquery 3, strings before; 0 is success. */
function hasFailed(status: unknown, hasRows: boolean, message: string): boolean {
  if (status === undefined || status === null || status === '') return !hasRows && message !== ''
  return Number(status) !== 0
}

const STATS = ['wall_time_ms', 'user_time', 'system_time', 'memory'] as const

/** Figures may be strings, fractions or missing; a failed query has `{}`. */
function statsOf(value: unknown): Stats | null {
  const given = objectOf(value)
  if (!given) return null
  const figures = STATS.map(name => [name, figureOf(given[name])] as const)
  return figures.some(([, figure]) => figure !== null) ? (Object.fromEntries(figures) as unknown as Stats) : null
}

function figureOf(value: unknown): number | null {
  const figure = integerOf(value)
  return figure !== undefined && figure >= 0 ? figure : null
}
