import type { Transaction } from '../../base/db'
import { z } from '../../base/parse'
import { manyRows } from '../../base/rows'

const recipientRow = z.object({
  /** The name in the route: of the receiver, or of a group that it is in. */
  named: z.string(),
  named_id: z.string(),
  id: z.string(),
  name: z.string(),
  enabled: z.boolean(),
  send_resolved: z.boolean(),
  is_failing: z.boolean(),
})
type RecipientRow = z.output<typeof recipientRow>

/** One of those who are told what a route's receiver is told. */
export type Recipient = Omit<RecipientRow, 'named' | 'named_id'>

/** The receiver of a route, as far as it decides whether something is sent. */
export interface RouteReceiver {
  id: string
  name: string
  /** Itself, or the receivers of a group. */
  recipients: Recipient[]
}

/** Receivers by the names that routes have for them. */
export async function routeReceivers(
  trx: Transaction,
  tenantId: string,
  names: readonly string[],
): Promise<Map<string, RouteReceiver>> {
  const found = new Map<string, RouteReceiver>()
  if (!names.length) return found
  const rows = await manyRows(
    trx,
    recipientRow,
    `SELECT g.name AS named, g.id AS named_id, r.id, r.name, g.enabled AND r.enabled AS enabled,
       g.send_resolved AND r.send_resolved AS send_resolved, r.failing_since IS NOT NULL AS is_failing
     FROM receivers g JOIN receivers r ON r.tenant_id = g.tenant_id
       AND CASE WHEN g.type = 'group' THEN jsonb_exists(g.settings -> 'receivers', r.name) ELSE r.id = g.id END
     WHERE g.tenant_id = ? AND g.name = ANY(?::text[]) ORDER BY g.name, r.name`,
    [tenantId, names],
  )
  for (const { named, named_id, ...recipient } of rows) {
    const known = found.get(named)
    if (known) known.recipients.push(recipient)
    else found.set(named, { id: named_id, name: named, recipients: [recipient] })
  }
  return found
}
