import { createHash } from 'node:crypto'
import type { Audit } from '../../access'
import { accepted, type Call, type Endpoint, endpoint, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { badRequest, notFound, Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import { type ContainerAction, commandRoutes, containerRoutes } from '../../contract/containers'
import { uuid } from '../../contract/fields'
import { type Jobs, linksOf } from '../../jobs'
import type { Writer } from '../../streams'
import { findContainer, type ListedContainer } from '../containers/container-store'
import type { AgentNotifier } from '../notifier'
import type { CommandRow } from './command-rows'
import { findCommand, listCommands } from './command-store'
import { requireAllowed } from './policy'
import { requestEffect } from './request-effect'
import { DEADLINE_MS, EXPIRES_MS, RESULT_MS } from './times'

interface Deps {
  db: Db
  streams: Pick<Writer, 'commit'>
  jobs: Jobs
  audit: Audit
  notifier: AgentNotifier
}

export const actionRoutes = (deps: Deps): Endpoint[] => [
  endpoint(commandRoutes.list, async ({ principal: { tenantId }, query: { limit, cursor, ...filter } }) => {
    const before = readCursor(cursor, uuid)
    const found = await listCommands(deps.db, tenantId, filter, { before, limit: limit + 1 })
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return ok({ items: items.map(toCommand), next_cursor })
  }),
  endpoint(commandRoutes.read, async ({ principal: { tenantId }, params: { id } }) =>
    ok(toCommand(await existing(deps.db, { tenantId, id }))),
  ),
  endpoint(containerRoutes.start, call => act(deps, 'start', call)),
  endpoint(containerRoutes.stop, call => act(deps, 'stop', call)),
  endpoint(containerRoutes.restart, call => act(deps, 'restart', call)),
]

type ActCall = Call<(typeof containerRoutes)['restart']>

async function act(deps: Deps, action: ContainerAction, { principal, params: { id }, body, req }: ActCall) {
  const { db, streams, jobs, notifier } = deps
  const { tenantId } = principal
  const container = await findContainer(db, { tenantId, id })
  if (!container) throw notFound('container')
  const confirmed = await allowed(deps, container, action, { principal, body })
  const key = keyOf(req.headers['idempotency-key'])
  const request = JSON.stringify([action, id, body.reason, body.confirm ?? null, body.grace_seconds])
  const result = await streams.commit(requestEffect(jobs), {
    by: principal,
    command: {
      ...{ id: newId(), tenantId, agentId: container.agent_id, containerId: id, containerName: container.name },
      ...{ image: container.image, engineId: container.engine_id, action, reason: body.reason, confirmed },
      ...{ graceSeconds: body.grace_seconds, createdBy: principal.actor, expiresMs: EXPIRES_MS },
      givenUpMs: EXPIRES_MS + body.grace_seconds * 1_000 + DEADLINE_MS + RESULT_MS,
      requestKey: key,
      requestHash: key === null ? null : createHash('sha256').update(request).digest('hex'),
    },
  })
  if (result.outcome === 'key_taken')
    throw new Problem(409, 'idempotency_key_taken', 'This Idempotency-Key was used for another request.')
  const isNew = result.outcome === 'created'
  const command = isNew ? result.command : await existing(db, { tenantId, id: result.id })
  if (isNew) notifier.tell({ type: 'work', agentId: container.agent_id })
  const job = await jobs.find({ tenantId, id: command.id })
  const links = { ...linksOf(job.id), command: `/api/commands/${command.id}` }
  return accepted({ command: toCommand(command), job, links }, isNew ? undefined : { 'Idempotency-Replayed': 'true' })
}

/** A refusal is recorded, too. */
async function allowed(
  { audit }: Deps,
  container: ListedContainer,
  action: ContainerAction,
  { principal, body }: Pick<ActCall, 'principal' | 'body'>,
): Promise<boolean> {
  try {
    return requireAllowed(principal, container, action, body.confirm)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const target = { type: 'container', id: container.id }
    const data = { container: container.name, agent: container.agent_name, code: error.code }
    const entry = { by: principal, action: `container.${action}`, target, reason: body.reason, data }
    await audit.record({ ...entry, result: 'refused' })
    throw error
  }
}

const KEY = /^[\x21-\x7e]{1,200}$/

function keyOf(given: string | string[] | undefined): string | null {
  if (given === undefined) return null
  if (typeof given === 'string' && KEY.test(given)) return given
  throw badRequest([{ path: 'header.idempotency-key', message: 'must be 1 to 200 visible ASCII characters' }])
}

async function existing(db: Db, ref: { tenantId: string; id: string }): Promise<CommandRow> {
  const row = await findCommand(db, ref)
  if (!row) throw notFound('command')
  return row
}

const toCommand = ({ tenant_id: _, ...row }: CommandRow) => row
