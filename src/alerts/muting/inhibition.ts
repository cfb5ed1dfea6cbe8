import type { InhibitRule } from '../../contract/alert-routes'
import type { Labels } from '../../contract/matchers'
import { labelOf, MatcherIndex } from '../matching'

/** An alert that fires, as far as it inhibits or is inhibited. */
export interface Inhibitable {
  id: string
  fingerprint: string
  labels: Labels
}

/** Inhibiting alerts that are named; others are not. */
export const NAMED_MAX = 20

/** Alerts of one rule with the same values of its `equal` labels. Any of the sources inhibits the targets. */
class Cell {
  /** Fingerprints of sources by id, the earliest first. */
  readonly sources = new Map<string, string>()
  /** Those of them that are not targets themselves. */
  readonly pure = new Map<string, string>()
  /** Targets, and whether they are sources, too. */
  readonly targets = new Map<string, boolean>()
  private readonly named = new Map<Map<string, string>, readonly string[]>()

  get isEmpty(): boolean {
    return this.sources.size === 0 && this.targets.size === 0
  }

  add({ id, fingerprint }: Inhibitable, isSource: boolean, isTarget: boolean): void {
    if (isTarget) this.targets.set(id, isSource)
    if (isSource) this.sources.set(id, fingerprint)
    if (isSource && !isTarget) this.pure.set(id, fingerprint)
    if (isSource) this.named.clear()
  }

  /** @returns whether it was a source */
  remove(id: string): boolean {
    this.targets.delete(id)
    this.pure.delete(id)
    const wasSource = this.sources.delete(id)
    if (wasSource) this.named.clear()
    return wasSource
  }

  /** What inhibits a target: one that matches both sides is not inhibited by others that do. */
  inhibitorsOf(id: string): readonly string[] {
    const from = this.targets.get(id) ? this.pure : this.sources
    const known = this.named.get(from)
    if (known) return known
    const names = firstOf(from.values(), NAMED_MAX)
    this.named.set(from, names)
    return names
  }
}

interface Compiled {
  equal: readonly string[]
  cells: Map<string, Cell>
}

interface Place {
  rule: Compiled
  key: string
  cell: Cell
}

/**
 * Which alerts are inhibited by which, kept up to date as alerts come and go. Sources are sets by the values of a
 * rule's `equal` labels, so a target is compared with none of them (Alertmanager 0.25 compares it with all on each read).
 * Silenced and inhibited sources inhibit, too.
 */
export class Inhibition {
  private readonly sources: MatcherIndex<Compiled>
  private readonly targets: MatcherIndex<Compiled>
  /** Where each alert is. */
  private readonly places = new Map<string, Place[]>()
  /** Places of sources that have come or gone since the last look. */
  private readonly changed = new Set<Cell>()

  /** @throws MatcherError when a pattern is none */
  constructor(rules: readonly InhibitRule[]) {
    const compiled = rules.map(rule => ({ rule, value: { equal: rule.equal, cells: new Map<string, Cell>() } }))
    this.sources = new MatcherIndex(
      compiled.map(({ rule, value }) => ({ matchers: rule.source_matchers, value: value as Compiled })),
    )
    this.targets = new MatcherIndex(
      compiled.map(({ rule, value }) => ({ matchers: rule.target_matchers, value: value as Compiled })),
    )
  }

  /** An alert fires. */
  add(alert: Inhibitable): void {
    const sources = new Set(this.sources.matching(alert.labels))
    const targets = new Set(this.targets.matching(alert.labels))
    const places: Place[] = []
    for (const rule of new Set([...sources, ...targets])) {
      const place = placeIn(rule, alert.labels)
      place.cell.add(alert, sources.has(rule), targets.has(rule))
      if (sources.has(rule)) this.changed.add(place.cell)
      places.push(place)
    }
    if (places.length) this.places.set(alert.id, places)
  }

  /** An alert does not fire any more. */
  remove(id: string): void {
    for (const { rule, key, cell } of this.places.get(id) ?? []) {
      if (cell.remove(id)) this.changed.add(cell)
      if (cell.isEmpty) rule.cells.delete(key)
    }
    this.places.delete(id)
  }

  /** Ids of the alerts whose inhibitors may have changed since the last call because others have come or gone. */
  takeAffected(): Set<string> {
    const affected = new Set<string>()
    for (const cell of this.changed) for (const id of cell.targets.keys()) affected.add(id)
    this.changed.clear()
    return affected
  }

  /** Fingerprints of what inhibits an alert that fires, up to `NAMED_MAX`; empty: nothing does. */
  inhibitorsOf(id: string): readonly string[] {
    let found: readonly string[] = []
    for (const { cell } of this.places.get(id) ?? [])
      if (cell.targets.has(id)) found = joined(found, cell.inhibitorsOf(id))
    return found
  }

  /** The same for a label set that no alert has. */
  inhibitorsOfLabels(labels: Labels): readonly string[] {
    const sources = new Set(this.sources.matching(labels))
    let found: readonly string[] = []
    for (const rule of this.targets.matching(labels)) {
      const cell = rule.cells.get(keyOf(rule, labels))
      const from = sources.has(rule) ? cell?.pure : cell?.sources
      if (from) found = joined(found, firstOf(from.values(), NAMED_MAX))
    }
    return found
  }
}

function placeIn(rule: Compiled, labels: Labels): Place {
  const key = keyOf(rule, labels)
  const known = rule.cells.get(key)
  if (known) return { rule, key, cell: known }
  const cell = new Cell()
  rule.cells.set(key, cell)
  return { rule, key, cell }
}

/** A label that both lack agrees. */
const keyOf = ({ equal }: Compiled, labels: Labels): string =>
  equal.length === 1 ? labelOf(labels, equal[0] ?? '') : JSON.stringify(equal.map(name => labelOf(labels, name)))

/** Lists are shared by the targets of a cell, so most are not copied. */
function joined(a: readonly string[], b: readonly string[]): readonly string[] {
  if (a.length === 0 || b.length === 0) return a.length ? a : b
  return [...new Set([...a, ...b])].slice(0, NAMED_MAX)
}

function firstOf(values: Iterable<string>, max: number): string[] {
  const found: string[] = []
  for (const value of values) {
    if (found.length === max) break
    found.push(value)
  }
  return found
}
