import type { Db } from '../../base/db'
import { messageOf } from '../../base/errors'
import type { Log } from '../../base/log'
import type { HostNews } from '../host-news'
import { type DynamicLabel, dynamicLabels } from './dynamic-store'

/** A message about a change that was lost is made up for within this time. */
const KNOWN_MS = 600_000

interface Known {
  labels: DynamicLabel[]
  at: number
}

/** The dynamic labels of the tenants whose hosts are here, in memory: every read of an agent asks for them. */
export class DynamicLabels {
  private readonly known = new Map<string, Known>()

  constructor(private readonly deps: { db: Db; log: Log; news: HostNews }) {
    deps.news.listen(news => {
      if (news.type === 'labels' && this.known.has(news.tenantId)) void this.reload([news.tenantId])
    })
    deps.news.onGap(() => void this.reload([...this.known.keys()]))
  }

  of(tenantId: string): readonly DynamicLabel[] {
    return this.known.get(tenantId)?.labels ?? []
  }

  /** Reads those of tenants that are not known, or have not been read for long. */
  async ensure(tenantIds: string[]): Promise<void> {
    const now = performance.now()
    const missing = tenantIds.filter(id => now - (this.known.get(id)?.at ?? Number.NEGATIVE_INFINITY) > KNOWN_MS)
    if (missing.length) await this.load(missing)
  }

  private async reload(tenantIds: string[]) {
    try {
      await this.load(tenantIds)
    } catch (error) {
      this.deps.log.warn('Dynamic labels could not be read', { error: messageOf(error) })
      for (const id of tenantIds) this.known.delete(id)
    }
  }

  private async load(tenantIds: string[]) {
    const at = performance.now()
    const labels = await dynamicLabels(this.deps.db, tenantIds)
    for (const id of tenantIds) {
      const known = this.known.get(id)
      // What was asked for later has more to say.
      if (known && known.at > at) continue
      this.known.set(id, { labels: labels.filter(label => label.tenantId === id), at })
    }
  }
}
