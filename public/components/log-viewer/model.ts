import { computed, signal } from '@preact/signals'
import type { Gap, LogLine } from '../../client'
import { watch } from '../../live'
import { stripAnsi } from './ansi'
import { isRegex, patternOf } from './highlight'
import { type GapRow, LineStore } from './line-store'
import { missingLine } from './missing-line'
import { type LogSource, linesOf, seqAtTime, seqBefore } from './source'

const PAGE_LINES = 1_000
/** Lines kept in memory; older ones are loaded again when scrolled to. */
const LINES_MAX = 200_000

export interface LogFilter {
  level: string
  step: string
  /** A number, or `''` for all. */
  attempt: string
}

export const NO_FILTER: LogFilter = { level: '', step: '', attempt: '' }

/** The levels from each minimum level up, as the server expects them. */
export const LEVELS_FROM: Record<string, string> = {
  info: 'info,warn,error',
  warn: 'warn,error',
  error: 'error',
}

/** The state of a log viewer, except for its scroll position. */
export class LogModel {
  /** Increases with each change of the lines, so that components render again. */
  readonly version = signal(0)
  readonly isFollowing = signal(true)
  /** Lines that arrived while not following. */
  readonly unseen = signal(0)
  readonly filter = signal<LogFilter>(NO_FILTER)
  readonly query = signal('')
  readonly pattern = computed(() => patternOf(this.query.value))
  readonly selectedLine = signal(0)
  /** The other end of a selected range; 0 if at most one line is selected. */
  readonly selectedTo = signal(0)
  readonly hasOlder = signal(false)
  readonly isLoading = signal(false)
  readonly problem = signal('')
  /** Gaps whose lines the server has deleted, by their first line. */
  readonly lostGaps = signal<ReadonlySet<number>>(new Set())
  private store = new LineStore()
  private isScheduled = false

  constructor(private readonly source: LogSource) {}

  get lines() {
    return this.store
  }

  /** Adds lines from the stream. */
  append(lines: LogLine[]) {
    const wanted = this.isFiltered ? lines.filter(line => this.matches(line)) : lines
    const isFirst = this.store.rowCount === 0
    const added = this.store.insert(wanted)
    if (added === 0) return
    if (isFirst) this.hasOlder.value = this.store.firstLine > 1
    if (this.isFollowing.value) this.trim(LINES_MAX)
    else {
      this.trim(LINES_MAX * 2)
      this.unseen.value += added
    }
    this.changed()
  }

  /** Clears the log if its topic has started over. Other gaps appear by the line numbers. */
  gap(gap: Gap) {
    if (!gap.reset) return
    this.store = new LineStore(this.isFiltered)
    this.hasOlder.value = false
    this.changed()
  }

  /** Follows the topic of the log. Loads the last lines if the topic is already open and does not send them again. */
  watch(topic: string): () => void {
    return watch(topic, {
      onLogs: lines => this.append(lines),
      onGap: gap => this.gap(gap),
      onAlreadyOpen: () => void this.loadLatest(),
    })
  }

  follow(isOn: boolean) {
    this.isFollowing.value = isOn
    if (isOn) this.unseen.value = 0
  }

  /** Filters on the server as well, since not all lines are in memory. */
  async setFilter(filter: LogFilter) {
    this.filter.value = filter
    this.store = new LineStore(this.isFiltered)
    this.hasOlder.value = false
    this.changed()
    await this.loadLatest()
  }

  /** Loads the last lines, without duplicating those in memory. */
  async loadLatest() {
    const { store } = this
    await this.load(async () => {
      const { items } = await this.source({ ...this.filterParams, limit: PAGE_LINES, order: 'desc' })
      if (this.store !== store) return
      store.insert(items)
      this.hasOlder.value = this.isFiltered ? items.length === PAGE_LINES : store.firstLine > 1
    })
  }

  async loadOlder() {
    if (!this.hasOlder.value || this.isLoading.value) return
    const { store } = this
    await this.load(async () => {
      const { items } = await this.source({
        ...this.filterParams,
        before: store.firstSeq,
        limit: PAGE_LINES,
        order: 'desc',
      })
      if (this.store !== store) return
      store.insert(items)
      this.hasOlder.value = this.isFiltered ? items.length === PAGE_LINES : items.length > 0 && store.firstLine > 1
    })
  }

  /** Loads the lines at both ends of a gap, so that the side being read is filled first. */
  async fill({ from, to, afterSeq, beforeSeq }: GapRow) {
    if (this.isLoading.value || this.lostGaps.value.has(from)) return
    await this.load(async () => {
      const half = Math.min(PAGE_LINES, to - from + 1)
      const pages = await Promise.all([
        this.source({ after: afterSeq, before: beforeSeq, limit: half, order: 'asc' }),
        this.source({ after: afterSeq, before: beforeSeq, limit: half, order: 'desc' }),
      ])
      const added = pages.reduce((sum, page) => sum + this.store.insert(page.items), 0)
      if (added === 0) this.lostGaps.value = new Set(this.lostGaps.value).add(from)
    })
  }

  /** First and last selected line, in order; null without a selection. */
  get selection(): { from: number; to: number } | null {
    const one = this.selectedLine.value
    const other = this.selectedTo.value || one
    return one === 0 ? null : { from: Math.min(one, other), to: Math.max(one, other) }
  }

  select(line: number, to = 0) {
    this.selectedLine.value = line
    this.selectedTo.value = to === line ? 0 : to
  }

  /** The time of a line in milliseconds since 1970; now if it is not in memory. */
  timeOf(line: number): number {
    const row = this.store.row(this.store.rowOfLine(line))
    return row?.kind === 'line' ? row.time : Date.now()
  }

  /** The messages of the selected lines without escape sequences. Lines that are not in memory are loaded. */
  async selectedText(): Promise<string> {
    const range = this.selection
    if (!range) return ''
    const lines = await linesOf(range.from, range.to, this.source)
    return lines.map(line => stripAnsi(line.message)).join('\n')
  }

  /** The nearest error after or before a line; 0 if there is none. If `from` is 0, the first or last error. */
  async findError(from: number, by: 1 | -1): Promise<number> {
    const row = from === 0 ? null : this.store.row(this.store.rowOfLine(from))
    const side = row?.kind !== 'line' ? {} : by === 1 ? { after: row.seq } : { before: row.seq }
    let found = 0
    await this.load(async () => {
      const { items } = await this.source({ ...side, level: 'error', limit: 1, order: by === 1 ? 'asc' : 'desc' })
      found = items[0]?.line ?? 0
    })
    if (found !== 0) await this.goTo(found)
    return found
  }

  /** The first line at or after a time; 0 if there is none. */
  async findTime(ms: number): Promise<number> {
    let found = 0
    await this.load(async () => {
      const after = await seqAtTime(ms, this.source)
      found = (await this.source({ after, limit: 1, order: 'asc' })).items[0]?.line ?? 0
    })
    if (found !== 0) await this.goTo(found)
    return found
  }

  /** Selects a line and loads it with the lines around it. @returns whether the line exists */
  async goTo(line: number): Promise<boolean> {
    this.select(line)
    if (this.store.has(line)) return true
    if (this.isFiltered) await this.setFilter(NO_FILTER)
    await this.load(async () => {
      const after = await seqBefore(Math.max(1, line - PAGE_LINES / 2), this.source)
      const { items } = await this.source({ after, limit: PAGE_LINES, order: 'asc' })
      this.store.insert(items)
      this.hasOlder.value = this.store.firstLine > 1
    })
    const isFound = this.store.has(line)
    if (!isFound) this.select(0)
    return isFound
  }

  /** Why a line cannot be shown: the log is shorter, or the line was deleted; `''` if the server does not answer. */
  async whyMissing(line: number): Promise<string> {
    let reason = ''
    await this.load(async () => {
      const [head, tail] = await Promise.all([
        this.source({ limit: 1, order: 'asc' }),
        this.source({ limit: 1, order: 'desc' }),
      ])
      reason = missingLine(line, head.items[0]?.line ?? 0, tail.items[0]?.line ?? 0, head.first_seq > 1)
    })
    return reason
  }

  /**
   * The nearest match after or before a line; 0 if there is none. The server is asked if lines between are not in
   * memory; it searches for plain text only, not for regular expressions.
   */
  async findMatch(from: number, by: 1 | -1, inMemory: number[]): Promise<number> {
    const near = by === 1 ? inMemory.find(line => line > from) : inMemory.findLast(line => line < from)
    const isWhole = near === undefined ? by === 1 || this.store.firstLine <= 1 : this.isContiguous(from, near)
    if (isWhole || this.isFiltered || isRegex(this.query.value)) return near ?? 0
    const row = this.store.row(this.store.rowOfLine(from))
    if (row?.kind !== 'line') return near ?? 0
    const side = by === 1 ? { after: row.seq } : { before: row.seq }
    let found = 0
    await this.load(async () => {
      const { items } = await this.source({ ...side, q: this.query.value, limit: 1, order: by === 1 ? 'asc' : 'desc' })
      found = items[0]?.line ?? 0
    })
    if (found !== 0) await this.goTo(found)
    return found
  }

  /** The numbers of the matching lines in memory after a line. */
  matchesAfter(line: number): number[] {
    const pattern = this.pattern.value
    const found: number[] = []
    if (!pattern) return found
    this.store.forEach((at, message) => {
      // Unlike `test`, `search` does not change `lastIndex`, which the highlighting depends on.
      if (stripAnsi(message).search(pattern) >= 0) found.push(at)
    }, line)
    return found
  }

  private isContiguous(one: number, other: number) {
    return Math.abs(this.store.rowOfLine(one) - this.store.rowOfLine(other)) === Math.abs(one - other)
  }

  get isFiltered() {
    const { level, step, attempt } = this.filter.value
    return level !== '' || step !== '' || attempt !== ''
  }

  /** The filter as query parameters. */
  get filterParams() {
    const { level, step, attempt } = this.filter.value
    return {
      ...(level !== '' && { level: LEVELS_FROM[level] ?? level }),
      ...(step !== '' && { step }),
      ...(attempt !== '' && { attempt }),
    }
  }

  private matches({ level, step, attempt }: LogLine) {
    const wanted = this.filter.value
    return (
      (wanted.attempt === '' || String(attempt) === wanted.attempt) &&
      (wanted.level === '' || (LEVELS_FROM[wanted.level] ?? '').split(',').includes(level)) &&
      (wanted.step === '' || step === wanted.step)
    )
  }

  private trim(max: number) {
    if (this.store.trim(max)) this.hasOlder.value = true
  }

  private async load(work: () => Promise<void>) {
    this.isLoading.value = true
    try {
      await work()
      this.problem.value = ''
    } catch (error) {
      this.problem.value = error instanceof Error ? error.message : String(error)
    } finally {
      this.isLoading.value = false
      this.changed()
    }
  }

  /** Renders once per frame, however many batches arrive. */
  private changed() {
    if (this.isScheduled) return
    this.isScheduled = true
    requestAnimationFrame(() => {
      this.isScheduled = false
      this.version.value++
    })
  }
}
