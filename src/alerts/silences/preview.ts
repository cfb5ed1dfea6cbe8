import type { Db } from '../../base/db'
import { firstIdAt, newId } from '../../base/ids'
import { Lru } from '../../base/lru'
import { storedJson } from '../../base/rows'
import { labelSet, type Matcher } from '../../contract/matchers'
import { compileMatchers } from '../matching'
import { hasEnded, type OpenAlert, type TenantAlerts } from '../occurrences/open-alert'
import type { ActiveMutes } from './active-mutes'
import { newPace } from './pace'
import { recentLabels } from './silence-store'

interface Deps {
  db: Db
  open: { of(tenantId: string): Promise<TenantAlerts> }
  active(tenantId: string): Promise<ActiveMutes>
}

export interface Preview {
  count: number
  /** Up to 20. */
  alerts: OpenAlert[]
  /** It mutes so much that it should not happen by mistake. */
  needsConfirm: boolean
}

const SHOWN_MAX = 20
/** Muting more than this part of the firing alerts needs a second thought, unless they are few. */
const SHARE_MAX = 0.5
const FEW = 20
const RECENT_MS = 7 * 24 * 3_600_000
const PAGE = 2_000
/** Occurrences that are looked through, from the newest. */
const RECENT_MAX = 10_000
const TENANTS_MAX = 1_000

/** What silences mute, and what a new one would. Long loops let others run. */
export class SilencePreview {
  private readonly counts = new Lru<string, { key: string; counts: Promise<ReadonlyMap<string, number>> }>(TENANTS_MAX)

  constructor(private readonly deps: Deps) {}

  /** What matchers would mute now. @throws MatcherError when a pattern is none */
  async of(tenantId: string, matchers: readonly Matcher[]): Promise<Preview> {
    const matches = compileMatchers(matchers)
    const pace = newPace()
    const alerts: OpenAlert[] = []
    let [count, firing] = [0, 0]
    for (const alert of await this.firing(tenantId)) {
      await pace()
      firing++
      if (!matches(alert.labels)) continue
      count++
      if (alerts.length < SHOWN_MAX) alerts.push(alert)
    }
    // `x!="y"` alone also matches every alert without the label, now and later.
    const isBroad = matches({}) || (count > FEW && count > firing * SHARE_MAX)
    return { count, alerts, needsConfirm: isBroad }
  }

  /** How many alerts matched in the last seven days: those firing, and those that began then, of the latest 10,000. */
  async recentCount(tenantId: string, matchers: readonly Matcher[]): Promise<number> {
    const matches = compileMatchers(matchers)
    const pace = newPace()
    const found = new Set<string>()
    for (const { fingerprint, labels } of await this.firing(tenantId)) {
      await pace()
      if (matches(labels)) found.add(fingerprint)
    }
    const from = firstIdAt(new Date(Date.now() - RECENT_MS))
    let before = newId()
    for (let read = 0; read < RECENT_MAX; read += PAGE) {
      const page = await recentLabels(this.deps.db, tenantId, { from, before, limit: PAGE })
      for (const { fingerprint, labels } of page) {
        await pace()
        if (!found.has(fingerprint) && matches(storedJson(labelSet, labels))) found.add(fingerprint)
      }
      const last = page.at(-1)
      if (!last || page.length < PAGE) break
      before = last.id
    }
    return found.size
  }

  /** By silence: how many firing alerts it mutes now. */
  async mutedCounts(tenantId: string): Promise<ReadonlyMap<string, number>> {
    const [alerts, mutes] = await Promise.all([this.deps.open.of(tenantId), this.deps.active(tenantId)])
    const key = `${alerts.version}/${mutes.version}/${mutes.validUntil}`
    const known = this.counts.get(tenantId)
    if (known?.key === key) return known.counts
    const counts = countBySilence(stillFiring(alerts), mutes)
    this.counts.set(tenantId, { key, counts })
    return counts
  }

  private async firing(tenantId: string): Promise<OpenAlert[]> {
    return stillFiring(await this.deps.open.of(tenantId))
  }
}

function stillFiring(alerts: TenantAlerts): OpenAlert[] {
  const now = Date.now()
  return alerts.all().filter(alert => !hasEnded(alert, now))
}

async function countBySilence(alerts: readonly OpenAlert[], mutes: ActiveMutes): Promise<ReadonlyMap<string, number>> {
  const pace = newPace()
  const counts = new Map<string, number>()
  for (const { labels } of alerts) {
    await pace()
    for (const id of mutes.mutesOf(labels).silencedBy) counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}
