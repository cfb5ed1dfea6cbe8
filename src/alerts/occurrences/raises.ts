import type { Transaction } from '../../base/db'
import type { Effect, Writer } from '../../streams'
import type { OpenAlerts } from './open-alerts'
import { applyRaises, type RaiseItem, raiseEffect } from './raise-effect'

/** An alert of the platform itself. */
export type Raised = Omit<RaiseItem, 'does' | 'resolvedBy'>
/** The end of one. */
export type Resolved = Pick<RaiseItem, 'tenantId' | 'source' | 'labels' | 'resolvedBy'>

/** Raises and resolves alerts of the platform itself. They fire until they are resolved. */
export class Raises {
  /** For callers that commit it together with other effects' rows. */
  readonly effect: Effect<RaiseItem, void>

  constructor(private readonly deps: { streams: Pick<Writer, 'commit'>; open: OpenAlerts }) {
    this.effect = raiseEffect(deps.open)
  }

  /** Resolves when it is durable. Raising what already fires changes nothing, except for its texts. */
  raise(alert: Raised): Promise<void> {
    return this.deps.streams.commit(this.effect, { ...alert, does: 'raise' })
  }

  /** Resolves when it is durable. */
  resolve(alert: Resolved): Promise<void> {
    return this.deps.streams.commit(this.effect, { ...alert, does: 'resolve' })
  }

  /** Inside another effect, after all rows of its area have been locked. */
  apply(trx: Transaction, items: readonly RaiseItem[]): Promise<void> {
    return applyRaises(trx, items, this.deps.open)
  }
}
