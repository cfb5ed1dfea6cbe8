import { computed, signal } from '@preact/signals'
import type { Gap, LogLine } from '../../client'
import { watch } from '../../live'
import { plainOf } from './ansi'
import { isRegular, patternOf } from './highlight'
import { type GapRow, LineStore } from './line-store'
import { type LogSource, linesOf, seqAtTime, seqBefore } from './source'

const PAGE_LINES = 1_000
/** Kept in memory; older ones are loaded again when scrolled to. */
const LINES_MAX = 200_000

export interface LogFilter {
  level: string
  step: string
  /** A number, or `''`. */
  attempt: string
}

export const NO_FILTER: LogFilter = { level: '', step: '', attempt: '' }

/** What each choice of least level lets through; the server takes a list. */
export const LEVELS_FROM: Record<string, string> = {
  info: 'info,warn,error',
  warn: 'warn,error',
  error: 'error',
}

/** Everything a log viewer shows, apart from where it is scrolled to. */
export class LogModel {
  /** Counts changes of the lines; components redraw on it. */
  readonly version = signal(0)
  readonly isFollowing = signal(true)
  /** Lines that came while paused. */
  readonly unseen = signal(0)
  readonly filter = signal<LogFilter>(NO_FILTER)
  readonly query = signal('')
  readonly pattern = computed(() => patternOf(this.query.value))
  readonly selectedLine = signal(0)
  /** The other end of a selection of several lines; 0 when only one is selected. */
  readonly selectedTo = signal(0)
  readonly hasOlder = signal(false)
  readonly isLoading = signal(false)
  readonly problem = signal('')
  /** Lines that the server does not have any more, by first line of the hole. */
  readonly lostGaps = signal<ReadonlySet<number>>(new Set())
  private store = new LineStore()
  private isScheduled = false

  constructor(private readonly source: LogSource) {}

  get lines() {
    return this.store
  }

  /** Takes lines from the stream. */
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

  /** A topic that began anew shows nothing of before; other holes show themselves by the line numbers. */
  gap(gap: Gap) {
    if (!gap.reset) return
    this.store = new LineStore(this.isFiltered)
    this.hasOlder.value = false
    this.changed()
  }

  /** Shows a log live, with its last lines also where its stream is open already. */
  watch(topic: string): () => void {
    return watch(topic, {
      onLogs: lines => this.append(lines),
      onGap: gap => this.gap(gap),
      onLate: () => void this.loadLatest(),
    })
  }

  follow(isOn: boolean) {
    this.isFollowing.value = isOn
    if (isOn) this.unseen.value = 0
  }

  /** Filters on the server too, since not all lines are in memory. */
  async setFilter(filter: LogFilter) {
    this.filter.value = filter
    this.store = new LineStore(this.isFiltered)
    this.hasOlder.value = false
    this.changed()
    await this.loadLatest()
  }

  /** Reads the last lines; those that are in memory already stay once. */
  async loadLatest() {
    const { store } = this
    await this.load(async () => {
      const { items } = await this.source({ ...this.asked, limit: PAGE_LINES, order: 'desc' })
      if (this.store !== store) return
      store.insert(items)
      this.hasOlder.value = this.isFiltered ? items.length === PAGE_LINES : store.firstLine > 1
    })
  }

  async loadOlder() {
    if (!this.hasOlder.value || this.isLoading.value) return
    const { store } = this
    await this.load(async () => {
      const { items } = await this.source({ ...this.asked, before: store.firstSeq, limit: PAGE_LINES, order: 'desc' })
      if (this.store !== store) return
      store.insert(items)
      this.hasOlder.value = this.isFiltered ? items.length === PAGE_LINES : items.length > 0 && store.firstLine > 1
    })
  }

  /** Fills a hole from both of its ends, so that it closes on whichever side one reads. */
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

  /** First and last selected line, in order; null when none is. */
  get selection(): { from: number; to: number } | null {
    const one = this.selectedLine.value
    const other = this.selectedTo.value || one
    return one === 0 ? null : { from: Math.min(one, other), to: Math.max(one, other) }
  }

  select(line: number, to = 0) {
    this.selectedLine.value = line
    this.selectedTo.value = to === line ? 0 : to
  }

  /** When a line was written, in milliseconds since 1970; now when it is not in memory. */
  timeOf(line: number): number {
    const row = this.store.row(this.store.rowOfLine(line))
    return row?.kind === 'line' ? row.time : Date.now()
  }

  /** The messages of the selected lines, without colours, also of those that are not in memory. */
  async selectedText(): Promise<string> {
    const range = this.selection
    if (!range) return ''
    const lines = await linesOf(range.from, range.to, this.source)
    return lines.map(line => plainOf(line.message)).join('\n')
  }

  /** The nearest line of level error on one side of a line; 0 when there is none. Without a line: the first or last one. */
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

  /** The first line that was written at or after a time; 0 when there is none. */
  async findTime(ms: number): Promise<number> {
    let found = 0
    await this.load(async () => {
      const after = await seqAtTime(ms, this.source)
      found = (await this.source({ after, limit: 1, order: 'asc' })).items[0]?.line ?? 0
    })
    if (found !== 0) await this.goTo(found)
    return found
  }

  /** Selects a line and has it, and what stands around it, in memory. Answers whether there is such a line. */
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
    return this.store.has(line)
  }

  /**
   * The nearest line on one side that matches the search, asking the server where not all lines between are in memory
   * (it knows plain text, no patterns). 0 when there is none.
   */
  async findMatch(from: number, by: 1 | -1, inMemory: number[]): Promise<number> {
    const near = by === 1 ? inMemory.find(line => line > from) : inMemory.findLast(line => line < from)
    const isWhole = near === undefined ? by === 1 || this.store.firstLine <= 1 : this.isUnbroken(from, near)
    if (isWhole || this.isFiltered || isRegular(this.query.value)) return near ?? 0
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

  /** Line numbers of the lines in memory that match the search. */
  matchesAfter(line: number): number[] {
    const pattern = this.pattern.value
    const found: number[] = []
    if (!pattern) return found
    this.store.forEach((at, message) => {
      // Unlike `test`, `search` leaves no `lastIndex` behind, which would hide matches from the highlighting.
      if (plainOf(message).search(pattern) >= 0) found.push(at)
    }, line)
    return found
  }

  private isUnbroken(one: number, other: number) {
    return Math.abs(this.store.rowOfLine(one) - this.store.rowOfLine(other)) === Math.abs(one - other)
  }

  get isFiltered() {
    const { level, step, attempt } = this.filter.value
    return level !== '' || step !== '' || attempt !== ''
  }

  /** The filter as the server wants it. */
  get asked() {
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

  /** One redraw per frame, however many batches come in it. */
  private changed() {
    if (this.isScheduled) return
    this.isScheduled = true
    requestAnimationFrame(() => {
      this.isScheduled = false
      this.version.value++
    })
  }
}
