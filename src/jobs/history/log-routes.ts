import { type Endpoint, endpoint, ok } from '../../api'
import type { Db } from '../../base/db'
import { badRequest, notFound } from '../../base/errors'
import { logRoutes } from '../../contract/logs'
import { streamRoutes } from '../../contract/streams'
import { mergedPage, serveLog, serviceTopics, type TopicServer } from '../../streams'
import type { History } from './history'

interface Deps {
  db: Db
  history: Pick<History, 'find' | 'treeIds'>
  topics: TopicServer
}

/** Log lines of a job or of a whole tree, as a page, a download or a stream. */
export const jobLogRoutes = ({ db, history, topics }: Deps): Endpoint[] => [
  endpoint(streamRoutes.job, call => topics.stream(call, topicOf(call.params.id))),
  endpoint(logRoutes.ofJob, async ({ principal: { tenantId }, params: { id }, query, res }) => {
    await history.find({ tenantId, id })
    return serveLog(db, { tenantId, name: topicOf(id) }, query, res)
  }),
  endpoint(logRoutes.merged, async ({ principal: { tenantId }, query }) => {
    const { scope, service, job_id, descendants } = query
    if (scope === 'service' && job_id)
      throw badRequest([{ path: 'query.job_id', message: 'job_id requires scope=job.' }])
    const names =
      scope === 'service'
        ? serviceTopics(tenantId, service).map(({ name }) => name)
        : await treeTopics(history, tenantId, job_id, descendants === 'true')
    return ok(await mergedPage(db, tenantId, names, query))
  }),
]

const topicOf = (id: string) => `job:${id}`

async function treeTopics(
  history: Deps['history'],
  tenantId: string,
  id: string | undefined,
  descendants: boolean,
): Promise<string[]> {
  if (!id) throw badRequest([{ path: 'query.job_id', message: 'The id of the job is required.' }])
  const ids = await history.treeIds({ tenantId, id })
  if (!ids.length) throw notFound('job')
  return (descendants ? ids : ids.slice(0, 1)).map(topicOf)
}
