import { appsOnFreshParts, type TestApp } from '../support/app'
import { SseReader, type StreamEvent } from '../support/sse'
import { createQuery, enrolled } from './osquery-agent'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let apps: TestApp[]
beforeAll(async () => {
  parts = await appsOnFreshParts()
  apps = [await parts.start(), await parts.start()]
})
afterAll(() => parts.stop())

const idsOf = (events: StreamEvent[]) => events.map(({ data }) => data.timestamp)

test('each tenant gets its stats once, however many processes there are', async () => {
  const [first, second] = apps as [TestApp, TestApp]
  const [agent] = await enrolled(first, 3, 'stats')
  await first.app.db('hosts').where('host_identifier', 'stats2').update({ status: 'missing' })
  await first.post('/api/jobs', { kind: 'demo', input: { steps: [{ name: 'later' }] }, delay_ms: 3_600_000 })
  const readers = await Promise.all(
    apps.map(({ url, headers }) => SseReader.open(`${url}/api/v1/stream/events?types=stats_updated`, headers)),
  )
  const query = await createQuery(second, { sql: 'select 1', targets: { all: true }, deadline_seconds: 600 })
  await agent?.next()
  const isSeen = (event: StreamEvent) => JSON.stringify(event.data).includes('"running":1')
  await Promise.all(readers.map(reader => reader.until(() => reader.events.some(isSeen), 'stats with the query')))
  const [here, there] = readers.map(reader => reader.named('stats_updated')) as [StreamEvent[], StreamEvent[]]
  expect(here.at(-1)?.data).toMatchObject({
    type: 'stats_updated',
    sequence: null,
    labels: {},
    data: {
      hosts: { online: 2, offline: 0, missing: 1 },
      queries: { running: 1 },
      jobs: { scheduled: expect.any(Number), pending: 0, running: 1 },
    },
  })
  // If each process sent the event, it would arrive twice.
  expect(idsOf(here)).toEqual(idsOf(there))
  expect(new Set(idsOf(here)).size).toBe(here.length)
  await first.post(`/api/queries/${query.id}/cancel`, {})
  await Promise.all(readers.map(reader => reader.close()))
})
