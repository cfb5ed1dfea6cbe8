import { Problem } from '../src/base/errors'
import { bulkAction, handle, type Jobs, possibleFilter, type Run } from '../src/jobs'

const PAGE = 100

export default handle(bulkAction, async (run, { action, filter, reason, up_to }, { jobs }: { jobs: Jobs }) => {
  const wanted = possibleFilter(action, filter)
  const total = await jobs.count(run.tenantId, wanted, up_to)
  const done = { total, done: 0, failed: 0 }
  const act = actionsOf(jobs, run, reason)[action]
  let after: string | undefined
  for (;;) {
    run.signal.throwIfAborted()
    const ids = await jobs.ids(run.tenantId, wanted, { after, upTo: up_to, limit: PAGE })
    if (!ids.length) break
    for (const id of ids) await once(run, done, id, act)
    after = ids.at(-1)
    run.progress({ ...done })
  }
  // They have changed since they were counted: by themselves, by others, or cancelled with their parents.
  const result = { ...done, skipped: Math.max(0, total - done.done - done.failed) }
  run.progress(result)
  return result
})

async function once(
  run: Run,
  done: { done: number; failed: number },
  id: string,
  act: (id: string) => Promise<unknown>,
) {
  try {
    await act(id)
    done.done++
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'job_ended') return
    done.failed++
    await run.log.warn(`${id}: ${error.detail}`)
  }
}

function actionsOf(jobs: Jobs, { tenantId, createdBy: by }: Run, reason: string) {
  return {
    cancel: (id: string) => jobs.cancel({ tenantId, id }, { reason, by }),
    retry: (id: string) => jobs.retry({ tenantId, id }, by),
    remove: (id: string) => jobs.remove({ tenantId, id }),
  }
}
