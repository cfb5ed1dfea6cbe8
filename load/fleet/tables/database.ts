import type { Row } from '../../../src/fleet/agent'
import { nowMs as steadyMs } from '../../figures'
import { listTables, ONLY } from './lists'
import { machineTables, type Scene, type Table } from './machine'
import { parseSelect, SqlError, select } from './select'

/** The rows of a query, or why it failed. */
export type Found = { rows: Row[] } | { message: string }

const ROWS_MAX = 1_000_000

const tables: Record<string, Table> = { ...machineTables, ...listTables }

/**
 * Answers a query with plausible rows for the host. Besides osquery's tables there is `simulated_rows`, with any number of
 * rows: `select * from simulated_rows where count = 100000`. Its `made_at_ms` is from a clock that all processes of the
 * machine share.
 */
export function runSql(sql: string, scene: Scene): Found {
  try {
    const parsed = parseSelect(sql)
    if (!parsed.table) return { rows: select(parsed, [{}]) }
    if (parsed.table !== 'simulated_rows') return { rows: select(parsed, tableOf(parsed.table, scene)) }
    const { count, others } = countOf(parsed.anyOf)
    return { rows: select({ ...parsed, anyOf: others }, simulatedRows(Math.min(count, parsed.limit), scene)) }
  } catch (error) {
    if (error instanceof SqlError) return { message: error.message }
    throw error
  }
}

function tableOf(name: string, scene: Scene): Row[] {
  const table = tables[name]
  const only = ONLY[name]
  if (!table || (only && !only.includes(scene.host.platform))) throw new SqlError(`no such table: ${name}`)
  return table(scene)
}

/** The column `count` is not a filter but sets the number of rows. */
function countOf(anyOf: ReturnType<typeof parseSelect>['anyOf']) {
  const all = anyOf[0] ?? []
  const wanted = all.find(({ left, operator }) => left.toLowerCase() === 'count' && operator === '=')
  const others = all.filter(condition => condition !== wanted)
  const count = Math.min(ROWS_MAX, Number(wanted?.right ?? 1) || 0)
  return { count, others: others.length ? [others] : [] }
}

function simulatedRows(count: number, { host }: Scene): Row[] {
  const madeAtMs = steadyMs().toFixed(3)
  return Array.from({ length: count }, (_, n) => ({
    ...{ n: String(n + 1), hostname: host.hostname, path: `/srv/data/${host.hostname}/part-${n + 1}.bin` },
    ...{ size: String(n * 4_096), state: n % 7 ? 'ok' : 'stale', made_at_ms: madeAtMs },
  }))
}
