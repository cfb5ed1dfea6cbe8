import type { Db } from '../../base/db'
import { isUuid } from '../../base/ids'
import { jobTopicEvents } from '../../contract/events'
import type { Family } from '../../streams'
import { missingJobs } from './history-store'

const idOf = (topic: string) => topic.slice('job:'.length)

/** Topics of jobs: each exists as long as its job does, and a new reader gets only the latest status. */
export const jobFamily = (db: Db, heartbeatMs: number): Family => ({
  prefix: 'job',
  heartbeatMs,
  kinds: jobTopicEvents,
  async exists({ tenantId, name }) {
    const id = idOf(name)
    return isUuid(id) && (await missingJobs(db, [{ tenantId, id }])).size === 0
  },
  async gone(topics) {
    const refs = topics.map(({ tenantId, name }) => ({ tenantId, id: idOf(name) }))
    const missing = await missingJobs(
      db,
      refs.filter(({ id }) => isUuid(id)),
    )
    return topics.filter((_, i) => missing.has(refs[i]?.id ?? ''))
  },
  stateEvent: 'status',
  supersededKinds: ['status', 'progress'],
})
