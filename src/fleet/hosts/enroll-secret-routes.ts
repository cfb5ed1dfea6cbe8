import { type Audit, confirmAdmin } from '../../access'
import { created, type Endpoint, endpoint, noContent, ok, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { hashSecret, newId, newSecret } from '../../base/ids'
import { enrollSecretRoutes as routes } from '../../contract/enroll-secrets'
import { uuid } from '../../contract/fields'
import { addSecret, listSecrets, removeSecret } from './enroll-secret-store'

interface Deps {
  db: Db
  audit: Audit
}

/** A tenant may have several secrets, so that a new one can be rolled out before the old one is removed. */
export const enrollSecretRoutes = ({ db, audit }: Deps): Endpoint[] => [
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor } }) => {
    const found = await listSecrets(db, { tenantId, before: readCursor(cursor, uuid), limit: limit + 1 })
    return ok(pageOf(found, limit, ({ id }) => id))
  }),
  endpoint(routes.create, async ({ principal, body: { name, reason } }) => {
    const secret = newSecret('tre')
    const id = newId()
    await db.transaction(async trx => {
      await confirmAdmin(trx, principal)
      const { tenantId, actor } = principal
      await addSecret(trx, { id, tenantId, name, hash: hashSecret(secret), createdBy: actor })
      const target = { type: 'enroll_secret', id }
      await audit.record({ by: principal, action: 'enroll_secret.create', target, reason, data: { name } }, trx)
    })
    return created({ id, secret })
  }),
  endpoint(routes.remove, async ({ principal, params: { id }, query: { reason } }) => {
    await db.transaction(async trx => {
      await confirmAdmin(trx, principal)
      if (!(await removeSecret(trx, principal.tenantId, id))) throw notFound('enroll secret')
      const target = { type: 'enroll_secret', id }
      await audit.record({ by: principal, action: 'enroll_secret.delete', target, reason }, trx)
    })
    return noContent()
  }),
]
