import { type Audit, confirmAdmin } from '../../access'
import { type Endpoint, endpoint, noContent, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { z } from '../../base/parse'
import { agentRoutes as routes } from '../../contract/agents'
import type { Writer } from '../../streams'
import { type AgentRef, countAgents, findAgent, listAgents, renameAgent } from './agent-store'
import { deleteEffect } from './delete-effect'
import { toAgent } from './shown-agent'

interface Deps {
  db: Db
  streams: Pick<Writer, 'commit'>
  audit: Audit
  /** Tells all processes that an agent is gone. */
  onDeleted(agentId: string): void
}

const position = z.tuple([z.string(), z.uuid()])

export const agentRoutes = ({ db, streams, audit, onDeleted }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor, ...filter } }) => {
    const after = readCursor(cursor, position)
    const [found, counted] = await Promise.all([
      listAgents(db, tenantId, filter, { after, limit: limit + 1 }),
      countAgents(db, tenantId, filter),
    ])
    const { items, next_cursor } = pageOf(found, limit, ({ name, id }) => [name, id])
    const counts = { online: 0, offline: 0 }
    for (const { status, count } of counted) counts[status] = count
    return ok({ items: items.map(toAgent), next_cursor, counts })
  }),
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => ok(await shown(db, { tenantId, id }))),
  endpoint(routes.update, async ({ principal, params: { id }, body: { name, reason } }) => {
    const ref = { tenantId: principal.tenantId, id }
    await db.transaction(async trx => {
      if (!(await renameAgent(trx, ref, name))) throw notFound('agent')
      const target = { type: 'agent', id }
      await audit.record({ by: principal, action: 'agent.rename', target, reason, data: { name } }, trx)
    })
    return ok(await shown(db, ref))
  }),
  endpoint(routes.remove, async ({ principal, params: { id }, query: { reason } }) => {
    await db.transaction(trx => confirmAdmin(trx, principal))
    if (!(await streams.commit(deleteEffect, { by: principal, id, reason }))) throw notFound('agent')
    onDeleted(id)
    return noContent()
  }),
]

async function shown(db: Db, ref: AgentRef) {
  const agent = await findAgent(db, ref)
  if (!agent) throw notFound('agent')
  return toAgent(agent)
}
