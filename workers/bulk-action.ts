import { absent, Problem } from '../src/base/errors'
import { z } from '../src/base/parse'
import { type BulkResult, bulkAction, handle, type Jobs, possibleFilter, type Run } from '../src/jobs'

const PAGE = 50

/** Stored as the job's progress before each page, so that a restarted run knows where the previous one stopped. */
const progressSchema = z.object({
  total: z.number(),
  done: z.number(),
  failed: z.number(),
  /** All jobs up to this one are processed and counted. */
  after: z.uuid().optional(),
  /** The next jobs, some of which may already be processed. */
  page: z.array(z.uuid()),
})
type Progress = z.output<typeof progressSchema>

export default handle(bulkAction, async (run, { action, filter, reason, up_to }, { jobs }: { jobs: Jobs }) => {
  const wanted = possibleFilter(action, filter)
  const { act, wasDone } = actionsOf(jobs, run, reason)[action]
  const pageOf = (more: object, after?: string) =>
    jobs.ids(run.tenantId, { ...wanted, ...more }, { after, upTo: up_to, limit: PAGE })
  const stored = progressSchema.safeParse(run.storedProgress).data
  const progress = stored ?? { total: await jobs.count(run.tenantId, wanted, up_to), done: 0, failed: 0, page: [] }
  let left = progress.page.length ? await pageOf({ ids: progress.page }) : []
  for (const id of progress.page) if (!left.includes(id) && (await wasDone(id))) progress.done++
  for (;;) {
    for (const id of left) await once(run, progress, id, act)
    progress.after = progress.page.at(-1) ?? progress.after
    left = progress.page = await pageOf({}, progress.after)
    await run.storeProgress({ ...progress })
    if (!left.length) break
  }
  // the rest changed state after they were counted, for example cancelled with their parents
  const { total, done, failed } = progress
  const result: BulkResult = { total, done, failed, skipped: Math.max(0, total - done - failed) }
  run.progress({ ...progress, ...result })
  return result
})

async function once(run: Run, progress: Progress, id: string, act: (id: string) => Promise<unknown>) {
  run.signal.throwIfAborted()
  try {
    await act(id)
    progress.done++
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'job_ended') return
    progress.failed++
    await run.log.warn(`${id}: ${error.detail}`)
  }
}

/** `wasDone` tells whether a job no longer needs the action because this bulk action has already processed it. */
function actionsOf(jobs: Jobs, { tenantId, createdBy: by }: Run, reason: string) {
  const find = (id: string) => jobs.find({ tenantId, id }).catch(absent)
  return {
    cancel: {
      act: (id: string) => jobs.cancel({ tenantId, id }, { reason, by }),
      wasDone: async (id: string) => {
        const job = await find(id)
        return job?.status === 'cancelled' && job.cancel?.reason === reason && job.cancel.by.id === by.id
      },
    },
    retry: {
      act: (id: string) => jobs.retry({ tenantId, id }, by),
      wasDone: async (id: string) => (await find(id)) !== undefined,
    },
    remove: {
      act: (id: string) => jobs.remove({ tenantId, id }),
      wasDone: async (id: string) => (await find(id)) === undefined,
    },
  }
}
