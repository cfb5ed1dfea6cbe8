import { notFound } from '../../../src/base/errors'
import { QueryReaper } from '../../../src/fleet/queries/reaper'
import { appsOnFreshParts } from '../../support/app'
import { quietLog } from '../../support/parts'
import { createQuery, enrolled } from '../osquery-agent'

test('a query is ended when its job was deleted, and not when the job cannot be read', async () => {
  const parts = await appsOnFreshParts()
  const app = await parts.start({ TAILRACE_ROLE: 'web' })
  await enrolled(app, 1, 'kept')
  const query = await createQuery(app, { sql: 'select 1', targets: { all: true } })
  const ended: string[] = []
  const runWith = (error: Error) => {
    const queries = { end: async ({ id }: { id: string }, why: string) => void ended.push(`${id} ${why}`) }
    const jobs = { find: () => Promise.reject(error) }
    return new QueryReaper({ db: app.app.db, log: quietLog, queries, jobs }).run()
  }
  await runWith(new Error('Connection terminated unexpectedly'))
  expect(ended).toEqual([])
  await runWith(notFound('job'))
  expect(ended).toEqual([`${query.id} cancelled`])
  await parts.stop()
})
