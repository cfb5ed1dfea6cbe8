import { DEFAULT_TENANT_ID } from '../../src/api'
import { newId } from '../../src/base/ids'
import { z } from '../../src/base/parse'
import type { NewEntry, Topic } from '../../src/streams'
import { appsOnFreshParts, type TestApp } from './app'
import { SseReader } from './sse'

const tenantId = DEFAULT_TENANT_ID

/** Kinds used by tests, with any data. */
const TEST_KINDS = ['status', 'progress', 'note', 'figures', 'counts']

/** A unique topic of a family whose topics always exist; its state event is `status`, as for jobs. */
export const newTopic = (): Topic => ({ tenantId, name: `test:${newId()}` })

export const registerTestTopics = ({ app }: TestApp, heartbeatMs = 5_000) =>
  app.streams.register({
    prefix: 'test',
    heartbeatMs,
    kinds: Object.fromEntries(TEST_KINDS.map(kind => [kind, z.unknown()])),
    exists: async () => true,
    stateEvent: 'status',
    supersededKinds: ['status', 'progress'],
  })

/** Apps on a separate database, in which topics `test:*` exist. */
export async function streamApps() {
  const parts = await appsOnFreshParts()
  return {
    ...parts,
    start: async (env: Record<string, string> = {}) => {
      const app = await parts.start(env)
      registerTestTopics(app, Number(env.STREAM_HEARTBEAT_MS ?? 5_000))
      return app
    },
  }
}

/** A finished job, whose topic can be read on a connection of its own, without a composite id. */
export async function newJobTopic({ app }: TestApp): Promise<Topic> {
  const id = newId()
  await app.db('jobs').insert({
    tenant_id: tenantId,
    id,
    root_id: id,
    kind: 'demo',
    queue: 'default',
    status: 'completed',
    max_attempts: 1,
    priority: 0,
    input: '{}',
    created_by: JSON.stringify({ type: 'system', id: 'test', name: 'test' }),
    created_at: new Date(),
    ended_at: new Date(),
  })
  return { tenantId, name: `job:${id}` }
}

/** A state like that of a job. */
export const jobState = (value: string) => ({
  job: { id: 'job', status: 'running', attempt: 1, progress: { value } },
  steps: [],
})

/** Path for reading a topic: a job's own route, or the route for several topics. */
export function streamPath(topics: Topic | Topic[], query = ''): string {
  const list = [topics].flat()
  const [only] = list
  if (only && list.length === 1 && only.name.startsWith('job:'))
    return `/api/jobs/${only.name.slice(4)}/logs/stream?${query}`
  return `/api/stream?${list.map(({ name }) => `topic=${name}`).join('&')}&${query}`
}

export const openStream = (
  app: TestApp,
  topics: Topic | Topic[],
  query = '',
  headers: Record<string, string> = {},
): Promise<SseReader> => SseReader.open(app.url + streamPath(topics, query), { ...app.headers, ...headers })

/** Lines `line <from>` and so on. */
export const numbered = (from: number, count: number): NewEntry[] =>
  Array.from({ length: count }, (_, i) => ({ kind: 'log', message: `line ${from + i}` }))

export const messages = (reader: SseReader) => reader.lines.map(({ message }) => message)
export const numberedMessages = (from: number, count: number) => numbered(from, count).map(({ message }) => message)

/** Writes entries and waits until they are in the database. */
export async function append({ app }: TestApp, topic: Topic, entries: NewEntry[]) {
  await app.streams.write(topic, entries)
  await app.streams.flush()
}

/** Ends a topic, as an area does with a final state. */
export function end({ app }: TestApp, topic: Topic, reason: string, state?: unknown) {
  const effect = {
    name: `end ${topic.name}`,
    apply: async (_trx: unknown, items: undefined[]) => ({
      results: items,
      entries: items.map(() => [
        { topic, entries: state === undefined ? [] : [{ kind: 'status', data: state, state }], end: reason },
      ]),
    }),
  }
  return app.streams.commit(effect, undefined)
}

export const metricOf = async ({ app }: TestApp, name: string, labels: Record<string, string> = {}) => {
  const metric = await app.metrics.getSingleMetric(name)?.get()
  const values = metric?.values.filter(each =>
    Object.entries(labels).every(([label, value]) => (each.labels as Record<string, unknown>)[label] === value),
  )
  return values?.reduce((sum, { value }) => sum + value, 0) ?? 0
}
