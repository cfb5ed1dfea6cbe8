import { appsOnFreshParts, type TestApp } from '../../support/app'
import { SseReader } from '../../support/sse'
import { createQuery, enrolled, hostIdOf, type OsqueryAgent } from '../osquery-agent'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  // Without workers, nothing ends the query with its job.
  app = await parts.start({ TAILRACE_ROLE: 'web' })
})
afterAll(() => parts.stop())

test('an answer to a query whose job was cancelled counts, but adds nothing after the end of the job', async () => {
  const [agent] = (await enrolled(app, 1, 'behind')) as [OsqueryAgent]
  const query = await createQuery(app, { sql: 'select 1', targets: { host_ids: [await hostIdOf(app, agent)] } })
  await agent.next()
  expect((await app.post(`/api/jobs/${query.job_id}/cancel`, { reason: 'enough' })).status).toBe(202)
  await agent.write({ [query.id]: { rows: [{ one: '1' }] } })
  const watcher = await SseReader.open(`${app.url}/api/queries/${query.id}/stream?limit=all`, app.headers)
  await watcher.finished
  expect(watcher.named('query_result').map(({ data }) => data.state)).toEqual(['completed'])
  const last = await app.app
    .db('stream_entries')
    .join('stream_topics', 'stream_topics.id', 'stream_entries.topic_id')
    .where('stream_topics.name', `job:${query.job_id}`)
    .orderBy('seq', 'desc')
    .first('kind')
  expect(last).toEqual({ kind: 'status' })
})
