import { appsOnFreshParts, type TestApp } from '../../support/app'
import { eventually } from '../node'

let parts: Awaited<ReturnType<typeof appsOnFreshParts>>
let app: TestApp
beforeAll(async () => {
  parts = await appsOnFreshParts()
  app = await parts.start()
})
afterAll(() => parts?.stop())

interface Page {
  items: Array<{ topic: string; seq: number; timestamp: string; message: string }>
  next_cursor: string | null
}

const read = async (query: string) => (await (await app.get(`/api/logs?scope=job&${query}`)).json()) as Page

test('the lines of a job and its descendants are merged by time, in pages or from a given time', async () => {
  const input = { steps: [{ name: 'load', lines: 3, interval_ms: 5, children: 4, child_depth: 1 }] }
  const made = (await (await app.post('/api/jobs', { kind: 'demo', input })).json()) as { job: { id: string } }
  const { id } = made.job
  await eventually(
    async () => ((await (await app.get(`/api/jobs/${id}`)).json()) as { ended_at: unknown }).ended_at !== null,
  )

  const own = await read(`job_id=${id}`)
  const all = await read(`job_id=${id}&descendants=true`)
  expect(new Set(all.items.map(({ topic }) => topic)).size).toBe(5)
  expect(all.items.length).toBeGreaterThan(own.items.length)
  const times = all.items.map(({ timestamp }) => timestamp)
  expect(times).toEqual(times.toSorted())

  const paged: Page['items'] = []
  let cursor: string | null = null
  do {
    const page: Page = await read(`job_id=${id}&descendants=true&limit=4${cursor === null ? '' : `&cursor=${cursor}`}`)
    paged.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  expect(paged).toEqual(all.items)

  const middle = times[Math.floor(times.length / 2)] ?? ''
  const later = await read(`job_id=${id}&descendants=true&since=${middle}`)
  expect(later.items).toEqual(all.items.filter(({ timestamp }) => timestamp >= middle))
  expect((await app.get(`/api/logs?scope=job&job_id=${id}&since=yesterday`)).status).toBe(400)
})
