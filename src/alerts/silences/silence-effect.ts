import type { Audit } from '../../access'
import type { Transaction } from '../../base/db'
import type { Actor } from '../../contract/access'
import type { Effect, NewEntry, TopicEntries } from '../../streams'
import { formatMatcher } from '../matching'
import { bumpHead } from '../occurrences/heads-store'
import { type StoredSilence, shownSilence, stateOf } from './silence'
import { changedSilence, type Edit, endedSilence, newSilence, type SilenceFields } from './silence-edit'
import { SilenceError, silenceNotFound } from './silence-error'
import { countUnended, lockSilence, writeSilence } from './silence-store'

/** Who changes something; a `Principal` is one. */
export interface Author {
  tenantId: string
  actor: Actor
}

export interface SilenceItem {
  by: Author
  reason: string | undefined
  does:
    | { type: 'create'; fields: SilenceFields }
    | { type: 'change'; id: string; change: Partial<SilenceFields> }
    | { type: 'end'; id: string }
}

/** An error is a result, because what is thrown would undo the changes of others in the same flush. */
export type SilenceResult = { silence: StoredSilence } | { error: SilenceError }

/** Silences of a tenant that have not ended: each may be compared with every alert. */
const SILENCES_MAX = 5_000

/** Creates, changes and ends silences, with their events and audit records. */
export const silenceEffect = (audit: Audit): Effect<SilenceItem, SilenceResult> => ({
  name: 'alerts.silences',
  async apply(trx, items) {
    const tenantIds = [...new Set(items.map(({ by }) => by.tenantId))].sort()
    for (const tenantId of tenantIds) await bumpHead(trx, tenantId, 'mute_version')
    const results: SilenceResult[] = []
    const entries: TopicEntries[][] = []
    for (const item of items) {
      const now = Date.now()
      const applied = await applyItem(trx, item, now)
      results.push(applied)
      if ('error' in applied || applied.events.length === 0) {
        entries.push([])
        continue
      }
      await audit.record(recordOf(item, applied), trx)
      entries.push([silenceEntries(item.by.tenantId, applied.events, now)])
    }
    return { results, entries }
  },
})

type Applied = { silence: StoredSilence; events: [kind: string, silence: StoredSilence][] }

async function applyItem(trx: Transaction, item: SilenceItem, now: number): Promise<Applied | { error: SilenceError }> {
  try {
    return await carryOut(trx, item, now)
  } catch (error) {
    if (error instanceof SilenceError) return { error }
    throw error
  }
}

async function carryOut(trx: Transaction, { by, does }: SilenceItem, now: number): Promise<Applied> {
  const { tenantId } = by
  if (does.type === 'create') return store(trx, newSilence(tenantId, does.fields, now), now)
  const before = await lockSilence(trx, tenantId, does.id)
  if (!before) throw silenceNotFound()
  if (does.type === 'change') return store(trx, changedSilence(before, does.change, now), now)
  if (stateOf(before, now) === 'expired') return { silence: before, events: [] }
  const ended = endedSilence(before, now)
  await writeSilence(trx, ended, true)
  return { silence: ended, events: [['silence_deleted', ended]] }
}

async function store(trx: Transaction, { silence, isNew, ended }: Edit, now: number): Promise<Applied> {
  if (isNew && (await countUnended(trx, silence.tenantId, now)) >= SILENCES_MAX)
    throw new SilenceError('too_many', `there are already ${SILENCES_MAX} silences: end some first`)
  if (ended) await writeSilence(trx, ended, true)
  await writeSilence(trx, silence, false)
  const deleted: Applied['events'] = ended ? [['silence_deleted', ended]] : []
  return { silence, events: [...deleted, [isNew ? 'silence_created' : 'silence_updated', silence]] }
}

const VERBS = { create: 'create', change: 'update', end: 'delete' } as const

const recordOf = ({ by, does, reason }: SilenceItem, { silence }: Applied) => ({
  by,
  action: `silence.${VERBS[does.type]}`,
  target: { type: 'silence', id: silence.id },
  reason,
  data: {
    matchers: silence.matchers.map(formatMatcher),
    starts_at: new Date(silence.startsAt).toISOString(),
    ends_at: new Date(silence.endsAt).toISOString(),
    comment: silence.comment,
    ...(silence.replaces && { replaces: silence.replaces }),
  },
})

/** Events of silences of one tenant. Their labels are those that matchers ask for, so that readers can filter by them. */
export const silenceEntries = (
  tenantId: string,
  events: readonly (readonly [kind: string, silence: StoredSilence])[],
  now: number,
): TopicEntries => ({
  topic: { tenantId, name: 'events' },
  entries: events.map(
    ([kind, silence]): NewEntry => ({
      kind,
      source: 'alerts',
      data: { labels: labelsOf(silence), data: shownSilence(silence, now) },
    }),
  ),
})

const labelsOf = ({ matchers }: StoredSilence) =>
  Object.fromEntries(matchers.flatMap(({ name, op, value }) => (op === '=' && value ? [[name, value]] : [])))
