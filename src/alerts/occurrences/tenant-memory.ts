import type { Change } from './alert-store'
import { hasEnded, type OpenAlert, type TenantAlerts } from './open-alert'

/** How often alerts that seem to be over are compared with what other processes have stored of them. */
const COMPARE_MS = 1_000
/** Changes that are remembered. */
const CHANGED_MAX = 10_000

/** The open alerts of one tenant. Exact as of its version, except for ends that other processes have moved since. */
export class TenantMemory implements TenantAlerts {
  private readonly byFingerprint = new Map<string, OpenAlert>()
  private readonly ids = new Map<string, OpenAlert>()
  private sorted: OpenAlert[] | undefined
  /** No alert ends before; in milliseconds since 1970. */
  private endsFrom = Number.POSITIVE_INFINITY
  /** Ids of the latest changes, the oldest first. */
  private changed: string[] = []
  revision = 0
  muteVersion = 0
  routingVersion = 0

  constructor(public version: number) {}

  get size(): number {
    return this.byFingerprint.size
  }

  get(fingerprint: string): OpenAlert | undefined {
    return this.byFingerprint.get(fingerprint)
  }

  byId(id: string): OpenAlert | undefined {
    return this.ids.get(id)
  }

  all(): readonly OpenAlert[] {
    this.sorted ??= [...this.ids.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
    return this.sorted
  }

  changedSince(revision: number): ReadonlySet<string> | undefined {
    const count = this.revision - revision
    if (count > this.changed.length) return undefined
    return new Set(count ? this.changed.slice(-count) : [])
  }

  put(alert: OpenAlert): void {
    const known = this.byFingerprint.get(alert.fingerprint)
    if (known && known.id !== alert.id) this.remove(known.id)
    const isLast = !this.ids.has(alert.id) && alert.id > (this.sorted?.at(-1)?.id ?? '')
    this.byFingerprint.set(alert.fingerprint, alert)
    this.ids.set(alert.id, alert)
    this.endsFrom = Math.min(this.endsFrom, alert.endsAt ?? Number.POSITIVE_INFINITY)
    if (isLast) this.sorted?.push(alert)
    else this.sorted = undefined
    this.noteChange(alert.id)
  }

  remove(id: string): void {
    const known = this.ids.get(id)
    if (!known) return
    this.ids.delete(id)
    if (this.byFingerprint.get(known.fingerprint) === known) this.byFingerprint.delete(known.fingerprint)
    this.sorted = undefined
    this.noteChange(id)
  }

  private noteChange(id: string): void {
    this.revision++
    this.changed.push(id)
    if (this.changed.length >= 2 * CHANGED_MAX) this.changed = this.changed.slice(-CHANGED_MAX)
  }

  apply({ alert, isOpen }: Change): void {
    if (isOpen) this.put(alert)
    else this.remove(alert.id)
  }

  /** Takes over what another process has stored of an alert, unless this process knows a later end. */
  update(stored: OpenAlert): void {
    const known = this.ids.get(stored.id)
    if (!known || (known.endsAt ?? Number.POSITIVE_INFINITY) >= (stored.endsAt ?? Number.POSITIVE_INFINITY)) return
    const { startsAt, endsAt, hasGivenEnd, annotations, generatorUrl } = stored
    Object.assign(known, { startsAt, endsAt, hasGivenEnd, annotations, generatorUrl })
  }

  /** To be called when an end has been moved, which may be to an earlier time. */
  endMoved({ endsAt }: OpenAlert): void {
    if (endsAt !== null && endsAt < this.endsFrom) this.endsFrom = endsAt
  }

  /** To be called when those that seem to be over have been compared with what is stored. */
  compared(nowMs: number): void {
    let from = Number.POSITIVE_INFINITY
    for (const { endsAt } of this.ids.values())
      if (endsAt !== null) from = Math.min(from, endsAt <= nowMs ? nowMs + COMPARE_MS : endsAt)
    this.endsFrom = from
  }

  ended(nowMs: number): OpenAlert[] {
    const found: OpenAlert[] = []
    for (const alert of this.ids.values()) if (hasEnded(alert, nowMs)) found.push(alert)
    return found
  }

  /** No alert ends before this time, in milliseconds since 1970, or those that seem to be over were compared just now. */
  get nextEnd(): number {
    return this.endsFrom
  }
}
