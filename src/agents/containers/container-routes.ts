import { type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { z } from '../../base/parse'
import { containerRoutes as routes } from '../../contract/containers'
import { CONTAINER_STATES } from '../../contract/values'
import { mergedPage, serveLog, type TopicServer } from '../../streams'
import {
  type ContainerFilter,
  type ContainerRef,
  countContainers,
  findContainer,
  generationsOf,
  type ListedContainer,
  listContainers,
} from './container-store'

interface Deps {
  db: Db
  topics: TopicServer
}

/** Containers whose lines are merged. */
const MERGED_MAX = 200

export const containerRoutes = ({ db, topics }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor, label, ...given } }) => {
    const filter = { ...given, labels: labelsOf(label) }
    const after = readCursor(cursor, position)
    const [found, counted] = await Promise.all([
      listContainers(db, tenantId, filter, { after, limit: limit + 1 }),
      countContainers(db, tenantId, filter),
    ])
    const { items, next_cursor } = pageOf(found, limit, ({ name, id }) => [name, id])
    const counts = Object.fromEntries(CONTAINER_STATES.map(state => [state, 0])) as Counts
    for (const { state, count } of counted) counts[state] = count
    return ok({ items: items.map(toContainer), next_cursor, counts })
  }),
  endpoint(routes.mergedLogs, async ({ principal: { tenantId }, query }) => {
    const { label, agent, status, q, image, text, level, since, limit, cursor } = query
    const filter = { agent, status, q, image, labels: labelsOf(label) }
    const found = await listContainers(db, tenantId, filter, { after: undefined, limit: MERGED_MAX })
    const names = found.map(({ id }) => `container:${id}`)
    return ok(await mergedPage(db, tenantId, names, { level, q: text, attempt: undefined, since, limit, cursor }))
  }),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => {
    const ref = { tenantId, id }
    const [row, generations] = await Promise.all([existing(db, ref), generationsOf(db, ref)])
    return ok({ ...toContainer(row), generations })
  }),
  endpoint(routes.logs, async ({ principal: { tenantId }, params: { id }, query, res }) => {
    await existing(db, { tenantId, id })
    return serveLog(db, { tenantId, name: `container:${id}` }, query, res)
  }),
  endpoint(routes.stream, call => topics.stream(call, `container:${call.params.id}`)),
]

type Counts = Record<(typeof CONTAINER_STATES)[number], number>
const position = z.tuple([z.string(), z.uuid()])

/** `name=value`, or a name alone. */
function labelsOf(label: string[] | undefined): ContainerFilter['labels'] {
  return (label ?? []).map(text => {
    const at = text.indexOf('=')
    return at < 0 ? { name: text, value: undefined } : { name: text.slice(0, at), value: text.slice(at + 1) }
  })
}

async function existing(db: Db, ref: ContainerRef): Promise<ListedContainer> {
  const row = await findContainer(db, ref)
  if (!row) throw notFound('container')
  return row
}

/** A container as the API shows it. */
const toContainer = ({ tenant_id: _, capabilities: _can, health_since: _since, ...row }: ListedContainer) => row
