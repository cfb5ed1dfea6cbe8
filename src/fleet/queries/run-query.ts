import { absent, Problem } from '../../base/errors'
import type { QueryInput } from '../../contract/queries'
import { JobFailure, type Jobs, type Run } from '../../jobs'
import type { Queries } from './queries'
import { countsOf, openOf, type QueryRow } from './query-store'

/**
 * Handles a job of kind `query`: opens the query, reports its progress, and ends it at its deadline. If its worker is
 * lost, the next run continues with the same query.
 */
export async function runQuery(
  run: Run,
  input: QueryInput,
  { queries, jobs }: { queries: Queries; jobs: Pick<Jobs, 'find'> },
) {
  const ref = { tenantId: run.tenantId, id: run.id }
  const query = await openOnce(run, input, queries)
  if (query.status === 'cancelled') await queries.reopen(ref)
  try {
    const ended = await queries.follow(ref, run.signal, changed => run.progress(progressOf(changed)))
    return { query_id: ended.id, ...countsOf(ended), rows: ended.row_count }
  } catch (error) {
    // A worker that is being stopped leaves the query to the next one.
    if (run.signal.aborted && (await jobs.find(ref)).cancel) await queries.end(ref, 'cancelled')
    throw error
  }
}

async function openOnce(run: Run, input: QueryInput, queries: Queries): Promise<QueryRow> {
  const ref = { tenantId: run.tenantId, id: run.id }
  const existing = await queries.find(ref).catch(absent)
  if (existing) return existing
  try {
    await queries.checkTargets(run.tenantId, input.targets)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    throw new JobFailure('no_targets', error.errors[0]?.message ?? error.detail)
  }
  return queries.open({ ...ref, createdBy: run.createdBy }, input)
}

function progressOf(query: QueryRow) {
  const counts = countsOf(query)
  const answered = counts.targets - openOf(query)
  const percent = counts.targets ? Math.floor((100 * answered) / counts.targets) : 100
  return { percent, answered, ...counts, rows: query.row_count }
}
