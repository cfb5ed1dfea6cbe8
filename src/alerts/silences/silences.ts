import type { Audit } from '../../access'
import type { Db, Transaction } from '../../base/db'
import { isUuid } from '../../base/ids'
import type { SilenceState } from '../../contract/silences'
import { SILENCE_STATES } from '../../contract/values'
import type { Effect, Writer } from '../../streams'
import type { ActiveMutes } from './active-mutes'
import type { MuteMemory } from './mute-memory'
import type { MuteNotifier } from './mute-notifier'
import { type StoredSilence, stateOf } from './silence'
import type { SilenceFields } from './silence-edit'
import { type Author, type SilenceItem, type SilenceResult, silenceEffect } from './silence-effect'
import { findSilence, listSilences } from './silence-store'

interface Deps {
  db: Db
  streams: Pick<Writer, 'commit'>
  audit: Audit
  memory: MuteMemory
  notifier: MuteNotifier
}

export interface SilenceList {
  states: readonly SilenceState[] | undefined
  q: string | undefined
  /** The last silence of the page before. */
  after: SilenceCursor | undefined
  limit: number
}

export interface SilenceCursor {
  state: SilenceState
  endsAt: number
  id: string
}

/** Active ones first. */
const ORDER: readonly SilenceState[] = ['active', 'pending', 'expired']

/** The silences of all tenants, behind our own API and Alertmanager's. */
export class Silences {
  private readonly effect: Effect<SilenceItem, SilenceResult>

  constructor(private readonly deps: Deps) {
    this.effect = silenceEffect(deps.audit)
  }

  /** Active ones first, then pending, each by when they end; then expired ones, the latest first. */
  async list(tenantId: string, { states = SILENCE_STATES, q, after, limit }: SilenceList, now: number) {
    const wanted = ORDER.filter(state => states.includes(state))
    const found: (SilenceCursor & { silence: StoredSilence })[] = []
    for (const state of after ? wanted.filter(each => ORDER.indexOf(each) >= ORDER.indexOf(after.state)) : wanted) {
      const place = { state, q, now, after: state === after?.state ? after : undefined, limit: limit - found.length }
      const part = await listSilences(this.deps.db, tenantId, place)
      found.push(...part.map(silence => ({ state, endsAt: silence.endsAt, id: silence.id, silence })))
      if (found.length >= limit) break
    }
    return found
  }

  /** All that have not ended 120 hours ago, the one that ends last first: what Alertmanager's API lists. */
  recent(tenantId: string): Promise<readonly StoredSilence[]> {
    return this.deps.memory.recent(tenantId)
  }

  async find(tenantId: string, id: string): Promise<StoredSilence | undefined> {
    return isUuid(id) ? findSilence(this.deps.db, tenantId, id) : undefined
  }

  /** @throws SilenceError */
  create(by: Author, fields: SilenceFields, reason?: string): Promise<StoredSilence> {
    return this.commit({ by, reason, does: { type: 'create', fields } })
  }

  /**
   * Changes a silence; see `changedSilence` for when the answer has another id.
   * @param change what is not given stays
   * @throws SilenceError
   */
  async update(by: Author, id: string, change: Partial<SilenceFields>, reason?: string): Promise<StoredSilence> {
    return this.commit({ by, reason, does: { type: 'change', id, change } })
  }

  /** Ends a silence now. Nothing happens to one that has ended. @throws SilenceError when there is none */
  end(by: Author, id: string, reason?: string): Promise<StoredSilence> {
    return this.commit({ by, reason, does: { type: 'end', id } })
  }

  /**
   * What is muted now, by everything that any process has committed before the call.
   * @param muteVersion the tenant's, if it has just been read
   */
  active(tenantId: string, db?: Db | Transaction, muteVersion?: number): Promise<ActiveMutes> {
    return this.deps.memory.active(tenantId, db, muteVersion)
  }

  /** Calls back when silences or windows have changed, in any process; not when one begins or ends by itself. */
  onChange(listener: (tenantId: string) => void): void {
    this.deps.notifier.onChange(listener)
  }

  private async commit(item: SilenceItem): Promise<StoredSilence> {
    const result = await this.deps.streams.commit(this.effect, item)
    if ('error' in result) throw result.error
    this.deps.notifier.announce(item.by.tenantId)
    return result.silence
  }
}

/** Whether a silence mutes now. */
export const isActive = (silence: StoredSilence, now: number) => stateOf(silence, now) === 'active'
