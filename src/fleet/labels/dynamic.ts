import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import type { HostNotifier } from '../host-notifier'
import { type DynamicLabel, dynamicLabels } from './dynamic-store'

/** A change whose message was lost takes effect within this time. */
const CACHED_MS = 600_000

interface Cached {
  labels: DynamicLabel[]
  at: number
}

/** Caches the dynamic labels of the tenants whose agents connect here, because every read of an agent needs them. */
export class DynamicLabels {
  private readonly known = new Map<string, Cached>()

  constructor(private readonly deps: { db: Db; log: Log; notifier: HostNotifier }) {
    deps.notifier.listen(message => {
      if (message.type === 'labels' && this.known.has(message.tenantId)) void this.reload([message.tenantId])
    })
    deps.notifier.onGap(() => void this.reload([...this.known.keys()]))
  }

  of(tenantId: string): readonly DynamicLabel[] {
    return this.known.get(tenantId)?.labels ?? []
  }

  /** Reads the labels of tenants that are not cached or have expired. */
  async ensure(tenantIds: string[]): Promise<void> {
    const now = performance.now()
    const missing = tenantIds.filter(id => now - (this.known.get(id)?.at ?? Number.NEGATIVE_INFINITY) > CACHED_MS)
    if (missing.length) await this.load(missing)
  }

  private async reload(tenantIds: string[]) {
    try {
      await this.load(tenantIds)
    } catch (error) {
      this.deps.log.warn('Cannot read dynamic labels', { error: messageOf(error) })
      for (const id of tenantIds) this.known.delete(id)
    }
  }

  private async load(tenantIds: string[]) {
    const at = performance.now()
    const labels = await dynamicLabels(this.deps.db, tenantIds)
    for (const id of tenantIds) {
      const known = this.known.get(id)
      // A later read has already finished.
      if (known && known.at > at) continue
      this.known.set(id, { labels: labels.filter(label => label.tenantId === id), at })
    }
  }
}
