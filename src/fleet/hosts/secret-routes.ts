import {
  type Audit,
  actorSchema,
  confirmAdmin,
  type Endpoint,
  endpoint,
  ok,
  pageOf,
  reason,
  reasonQuery,
  visibleText,
} from '../../access'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { hashSecret, newId, newSecret } from '../../base/ids'
import { pageSize, uuid, z } from '../../base/parse'
import { addSecret, listSecrets, removeSecret } from './secret-store'

const secret = z.object({
  id: uuid,
  name: z.string(),
  created_at: z.date(),
  created_by: actorSchema,
  last_used_at: z.date().nullable(),
})

interface Deps {
  db: Db
  audit: Audit
}

/** Several secrets are good at once: a new one is handed out before the old one is removed, and no host is lost by it. */
export const secretRoutes = ({ db, audit }: Deps): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/enroll-secrets',
    role: 'admin',
    summary: 'Lists the secrets with which hosts enrol, newest first, without the secrets themselves.',
    query: z.strictObject({ limit: pageSize(50, 500), cursor: uuid.optional() }),
    replies: { 200: pageOf(secret) },
    async handle({ principal: { tenantId }, query: { limit, cursor } }) {
      const found = await listSecrets(db, { tenantId, before: cursor, limit: limit + 1 })
      const items = found.slice(0, limit)
      return ok({ items, next_cursor: found.length > limit ? items.at(-1)?.id : null })
    },
  }),
  endpoint({
    method: 'post',
    path: '/api/enroll-secrets',
    role: 'admin',
    summary: 'Makes a secret with which hosts enrol; it is shown this once.',
    body: z.strictObject({ name: visibleText(200).default('Hosts'), reason: reason.optional() }),
    replies: { 201: z.object({ id: uuid, secret: z.string() }) },
    async handle({ principal, body: { name, reason } }) {
      const made = newSecret('tre')
      const id = newId()
      await db.transaction(async trx => {
        await confirmAdmin(trx, principal)
        const { tenantId, actor } = principal
        await addSecret(trx, { id, tenantId, name, hash: hashSecret(made), createdBy: actor })
        const target = { type: 'enroll_secret', id }
        await audit.record({ by: principal, action: 'enroll_secret.create', target, reason, data: { name } }, trx)
      })
      return { status: 201, body: { id, secret: made } }
    },
  }),
  endpoint({
    method: 'delete',
    path: '/api/enroll-secrets/{id}',
    role: 'admin',
    summary: 'Removes a secret: nobody enrols with it any more. Hosts that have stay.',
    params: z.strictObject({ id: uuid }),
    query: reasonQuery,
    replies: { 204: null },
    async handle({ principal, params: { id }, query: { reason } }) {
      await db.transaction(async trx => {
        await confirmAdmin(trx, principal)
        if (!(await removeSecret(trx, principal.tenantId, id))) throw notFound('enrolment secret')
        const target = { type: 'enroll_secret', id }
        await audit.record({ by: principal, action: 'enroll_secret.delete', target, reason }, trx)
      })
      return { status: 204 }
    },
  }),
]
