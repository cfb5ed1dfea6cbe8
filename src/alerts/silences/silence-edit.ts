import { newId } from '../../base/ids'
import type { Labels, Matcher } from '../../contract/matchers'
import { asksForNothing, faultsOfMatchers } from '../matching'
import { type StoredSilence, stateOf } from './silence'
import { invalidSilence, SilenceError } from './silence-error'

/** What somebody asks for. Times are in milliseconds since 1970. */
export interface SilenceFields {
  matchers: readonly Matcher[]
  /** Null: now. A time in the past means now. */
  startsAt: number | null
  endsAt: number
  comment: string
  createdBy: string
  annotations: Labels
}

/** What a request leads to. */
export interface Edit {
  /** The silence that is stored under an existing id or a new one. */
  silence: StoredSilence
  isNew: boolean
  /** The silence that ends because it is replaced, as it is from then on. */
  ended: StoredSilence | null
}

/** Within this, a start that is posted back counts as the stored one: clients may have cut its milliseconds. */
const SAME_START_MS = 1_000
const MATCHERS_MAX = 50
/** Of the JSON of all matchers, which is part of events. */
const MATCHERS_LENGTH_MAX = 16 * 1_024
const ANNOTATIONS_LENGTH_MAX = 16 * 1_024
const COMMENT_LENGTH_MAX = 4_096
const CREATED_BY_LENGTH_MAX = 1_024
const UNSTORABLE = /\0|\p{Surrogate}/u

/** A new silence. @throws SilenceError */
export function newSilence(tenantId: string, fields: SilenceFields, now: number): Edit {
  checkFields(fields, now)
  return { silence: created(tenantId, fields, now, null), isNew: true, ended: null }
}

/**
 * Changes a silence as Alertmanager does. It keeps its id if only the comment, author or end change, or the times of a
 * pending one; otherwise it ends, and a new one takes its place. Unlike there, the order of matchers does not matter.
 * @throws SilenceError
 */
export function changedSilence(before: StoredSilence, change: Partial<SilenceFields>, now: number): Edit {
  const fields: SilenceFields = {
    matchers: change.matchers ?? before.matchers,
    startsAt: change.startsAt === undefined ? before.startsAt : change.startsAt,
    endsAt: change.endsAt ?? before.endsAt,
    comment: change.comment ?? before.comment,
    createdBy: change.createdBy ?? before.createdBy,
    annotations: change.annotations ?? before.annotations,
  }
  checkFields(fields, now)
  const startsAt = keptStart(before, fields, now)
  if (startsAt !== undefined)
    return { silence: { ...before, ...fields, startsAt, updatedAt: now }, isNew: false, ended: null }
  const silence = created(before.tenantId, fields, now, before.id)
  return { silence, isNew: true, ended: stateOf(before, now) === 'expired' ? null : endedSilence(before, now) }
}

/** Ends a silence now; one that has not begun never will. */
export const endedSilence = (before: StoredSilence, now: number): StoredSilence => ({
  ...before,
  startsAt: Math.min(before.startsAt, now),
  endsAt: now,
  updatedAt: now,
})

/** The start of a silence that keeps its id; undefined if it cannot. */
function keptStart(before: StoredSilence, { matchers, startsAt }: SilenceFields, now: number): number | undefined {
  const state = stateOf(before, now)
  const start = startsAt ?? now
  if (state === 'expired' || keyOf(matchers) !== keyOf(before.matchers)) return undefined
  if (state === 'pending') return start >= now ? start : undefined
  return Math.abs(start - before.startsAt) < SAME_START_MS ? before.startsAt : undefined
}

const keyOf = (matchers: readonly Matcher[]) =>
  [...new Set(matchers.map(({ name, op, value }) => JSON.stringify([name, op, value])))].sort().join()

const created = (tenantId: string, fields: SilenceFields, now: number, replaces: string | null): StoredSilence => ({
  ...fields,
  id: newId(),
  tenantId,
  startsAt: Math.max(fields.startsAt ?? now, now),
  replaces,
  createdAt: now,
  updatedAt: now,
})

function checkFields(fields: SilenceFields, now: number): void {
  const { startsAt, endsAt } = fields
  if (startsAt !== null && startsAt >= endsAt)
    throw new SilenceError('start_after_end', 'start time must be before end time')
  if (endsAt <= now) throw new SilenceError('end_in_past', "end time can't be in the past")
  checkMatchersOf(fields.matchers)
  checkTexts(fields)
}

function checkMatchersOf(matchers: readonly Matcher[]): void {
  if (matchers.length === 0) throw invalidSilence('at least one matcher required')
  if (matchers.length > MATCHERS_MAX) throw invalidSilence(`more than ${MATCHERS_MAX} matchers`)
  if (JSON.stringify(matchers).length > MATCHERS_LENGTH_MAX)
    throw invalidSilence(`matchers are longer than ${MATCHERS_LENGTH_MAX} characters`)
  const [fault] = faultsOfMatchers(matchers, 'matchers')
  if (fault) {
    const no = Number(fault.path.split('.')[1])
    throw invalidSilence(`invalid label matcher ${no}: ${wordsOf(matchers[no] as Matcher, fault)}`)
  }
  if (asksForNothing(matchers)) throw invalidSilence('at least one matcher must not match the empty string')
}

function wordsOf({ name, op, value }: Matcher, { path, message }: { path: string; message: string }): string {
  if (path.endsWith('.name')) return `invalid label name ${JSON.stringify(name)}`
  const isPattern = op === '=~' || op === '!~'
  return isPattern
    ? `invalid regular expression ${JSON.stringify(value)}: ${message}`
    : `invalid label value ${JSON.stringify(value)}`
}

function checkTexts({ comment, createdBy, annotations }: SilenceFields): void {
  if (comment.length > COMMENT_LENGTH_MAX)
    throw invalidSilence(`comment is longer than ${COMMENT_LENGTH_MAX} characters`)
  if (createdBy.length > CREATED_BY_LENGTH_MAX)
    throw invalidSilence(`author is longer than ${CREATED_BY_LENGTH_MAX} characters`)
  if (UNSTORABLE.test(comment) || UNSTORABLE.test(createdBy))
    throw invalidSilence('comment and author must not contain NUL or lone surrogates')
  if (JSON.stringify(annotations).length > ANNOTATIONS_LENGTH_MAX)
    throw invalidSilence(`annotations are longer than ${ANNOTATIONS_LENGTH_MAX} characters`)
}
