import { absent, Problem } from '../../base/errors'
import { JobFailure, type Jobs, type Run } from '../../jobs'
import type { QueryInput } from './kind'
import type { Queries } from './queries'
import { countsOf, openOf, type QueryRow } from './query'

/**
 * What a job of kind `query` does: opens the query unless it is open, shows how it goes on, and ends it at the deadline.
 * Run again after its worker was lost it goes on where it was.
 */
export async function performQuery(
  run: Run,
  input: QueryInput,
  { queries, jobs }: { queries: Queries; jobs: Pick<Jobs, 'find'> },
) {
  const ref = { tenantId: run.tenantId, id: run.id }
  const query = await openOnce(run, input, queries)
  if (query.status === 'cancelled') await queries.reopen(ref)
  try {
    const ended = await queries.follow(ref, run.signal, moved => run.progress(progressOf(moved)))
    return { query_id: ended.id, ...countsOf(ended), rows: ended.row_count }
  } catch (error) {
    // a worker that is stopped leaves the query to the next one
    if (run.signal.aborted && (await jobs.find(ref)).cancel) await queries.end(ref, 'cancelled')
    throw error
  }
}

async function openOnce(run: Run, input: QueryInput, queries: Queries): Promise<QueryRow> {
  const ref = { tenantId: run.tenantId, id: run.id }
  const found = await queries.find(ref).catch(absent)
  if (found) return found
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
