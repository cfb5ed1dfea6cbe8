import type { Transaction } from '../base/db'
import { prepare, type Topic, type TopicEntries, topicKey } from './entry'
import type { TopicBatch } from './history'
import type { EffectOp, EntriesOp, Op } from './pending'

/** What a flush appends to one topic. */
export interface TopicPart extends TopicBatch {
  /** Of the topic. */
  key: string
  /** Entries that are appended only if the topic has their fence. */
  fenced: EntriesOp[]
  /** Whether it also has entries that are appended in any case. */
  hasUnconditional: boolean
}

/** Applies the effects of a flush. @returns their results, and the entries that each of them appends */
export async function applyEffects(trx: Transaction, ops: readonly Op[]) {
  const results = new Map<Op, unknown>()
  const entries = new Map<Op, TopicEntries[]>()
  const byEffect = new Map<EffectOp['effect'], EffectOp[]>()
  for (const op of ops) if (op.type === 'effect') pushTo(byEffect, op)
  // Sorted, so that all processes lock rows in the same order.
  const inOrder = [...byEffect].sort(([a], [b]) => (a.name < b.name ? -1 : 1))
  for (const [effect, group] of inOrder) {
    const applied = await effect.apply(
      trx,
      group.map(op => op.item),
    )
    for (const [i, op] of group.entries()) {
      results.set(op, applied.results[i])
      entries.set(op, applied.entries[i] ?? [])
    }
  }
  return { results, entries }
}

function pushTo(groups: Map<EffectOp['effect'], EffectOp[]>, op: EffectOp) {
  const group = groups.get(op.effect)
  if (group) group.push(op)
  else groups.set(op.effect, [op])
}

/**
 * Groups entries by topic, in the order in which they were written. Topics are sorted, so that all processes lock
 * them in the same order.
 * @param ended keys of topics known to have ended: `onlyWhileOpen` entries for them are left out
 * @returns `refused`: entries kept out by a fence that was set earlier in the same flush
 */
export function groupByTopic(
  ops: readonly Op[],
  effectEntries: ReadonlyMap<Op, TopicEntries[]>,
  ended: ReadonlySet<string> = new Set(),
) {
  const parts = new Map<string, TopicPart>()
  const refused: EntriesOp[] = []
  for (const op of ops) {
    if (op.type === 'effect') for (const each of effectEntries.get(op) ?? []) addEffectEntries(parts, each, ended)
    else if (!addWritten(partOf(parts, topicKey(op.topic), op.topic), op)) refused.push(op)
  }
  const topics = [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part)
  return { topics, refused }
}

function partOf(parts: Map<string, TopicPart>, key: string, topic: Topic): TopicPart {
  const known = parts.get(key)
  if (known) return known
  const part: TopicPart = { ...NEW_PART, key, topic, entries: [], fenced: [] }
  parts.set(key, part)
  return part
}

const NEW_PART = { end: undefined, fence: undefined, onlyWhileOpen: false, hasUnconditional: false }

function addEffectEntries(parts: Map<string, TopicPart>, each: TopicEntries, ended: ReadonlySet<string>) {
  const { topic, entries, end, fence, onlyWhileOpen } = each
  const key = topicKey(topic)
  const known = parts.get(key)?.end
  const isEnded = known === undefined ? ended.has(key) : known !== ''
  if (onlyWhileOpen && isEnded) return
  const part = partOf(parts, key, topic)
  if (onlyWhileOpen && known === undefined) part.onlyWhileOpen = true
  else part.hasUnconditional = true
  append(part, entries.map(prepare), end)
  if (fence !== undefined) part.fence = { mark: fence, expected: part.fence?.expected ?? null }
}

/** @returns false if another fence is set */
function addWritten(part: TopicPart, op: EntriesOp): boolean {
  if (op.fence) {
    const { mark } = op.fence
    part.fence ??= { mark, expected: mark }
    if (part.fence.mark !== mark) return false
    part.fenced.push(op)
  } else part.hasUnconditional = true
  append(part, op.entries, undefined)
  return true
}

function append(part: TopicPart, entries: TopicPart['entries'], end: string | undefined) {
  part.entries.push(...entries)
  if (end !== undefined || entries.some(entry => entry.state !== null)) part.end = end ?? ''
}
