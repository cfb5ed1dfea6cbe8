import type { Row } from '../../src/fleet/agent'
import type { Behavior } from './behavior'
import type { Life } from './clock'
import type { Configuration, Scheduled } from './configuration'
import type { Flags } from './flags'
import type { Host } from './host'
import { type Finding, resultLines } from './log-lines'
import type { Random } from './random'
import type { Found } from './tables/database'

interface Settings {
  host: Host
  behavior: Behavior
  flags: Flags
  life: Life
  random: Random
  run: (sql: string) => Found
  log: (line: string) => void
}

interface Entry {
  query: Scheduled
  everyMs: number
  dueMs: number
  /** 0 for the first run of a new or changed query; then counts the runs that found changes. */
  counter: number | undefined
  /** The previous rows, as JSON. */
  last: Set<string>
}

/** How long to wait for a configuration if nothing is scheduled. */
const IDLE_MS = 3_000
/** Rows kept for the next comparison; limited, because thousands of agents share this process. */
const ROWS_KEPT = 500

/** The thread of scheduled queries (osquery/dispatcher/scheduler.cpp), which logs results as differences or snapshots. */
export class Schedule {
  private entries = new Map<string, Entry>()
  private decorators: string[] = []

  constructor(private readonly settings: Settings) {}

  /** Unchanged queries keep their state; a changed query is compared with its previous rows. */
  configure({ scheduled, decorators }: Configuration) {
    const old = this.entries
    this.decorators = decorators
    this.entries = new Map(
      scheduled.map(query => {
        const before = old.get(query.name)
        const same = before && JSON.stringify(before.query) === JSON.stringify(query)
        return [query.name, same ? before : this.entryOf(query, before)]
      }),
    )
  }

  /** Adds jitter to the interval, so that hosts do not all run their queries at the same time. */
  private entryOf(query: Scheduled, before: Entry | undefined): Entry {
    const { life, flags, random } = this.settings
    const splay = (query.intervalSeconds * Math.min(100, flags.schedule_splay_percent)) / 100
    const seconds = Math.max(1, Math.round(query.intervalSeconds + (random.next() * 2 - 1) * splay))
    const [everyMs, isSameSql] = [seconds * 1_000, before?.query.sql === query.sql]
    const counter = isSameSql ? before?.counter : undefined
    return { query, everyMs, dueMs: life.clock.nowMs() + everyMs, counter, last: before?.last ?? new Set() }
  }

  async run() {
    const { life } = this.settings
    while (!life.ended) {
      const nextMs = Math.min(...[...this.entries.values()].map(({ dueMs }) => dueMs))
      await life.sleep(Math.min(IDLE_MS, Math.max(1_000, nextMs - life.clock.nowMs())))
      if (!life.ended) this.runDue()
    }
  }

  private runDue() {
    const { host, behavior, flags, life, run, log } = this.settings
    const nowMs = life.clock.nowMs()
    const due = [...this.entries.values()].filter(({ dueMs }) => dueMs <= nowMs)
    const decorations = due.length ? this.decorations() : undefined
    for (const entry of due) {
      entry.dueMs = nowMs + entry.everyMs
      const found = run(entry.query.sql)
      if ('message' in found) continue
      const finding: Finding = { name: entry.query.name, nowMs, decorations, ...compare(entry, found.rows) }
      for (const line of resultLines(finding, host, flags, behavior.logShape)) log(line)
    }
  }

  private decorations(): Row | undefined {
    if (!this.decorators.length) return undefined
    const first = this.decorators.map(sql => {
      const found = this.settings.run(sql)
      return 'rows' in found ? found.rows[0] : undefined
    })
    return Object.assign({}, ...first) as Row
  }
}

/**
 * Added and removed rows (osquery/core/sql/query.cpp, addNewResults). Snapshots are not compared, so their counter stays 0.
 */
function compare(entry: Entry, rows: Row[]): Pick<Finding, 'snapshot' | 'added' | 'removed' | 'counter'> {
  if (entry.query.snapshot) return { counter: 0, snapshot: rows, added: [], removed: [] }
  const now = new Set(rows.slice(0, ROWS_KEPT).map(row => JSON.stringify(row)))
  const [added, removed] = [
    [...now].filter(text => !entry.last.has(text)),
    [...entry.last].filter(text => !now.has(text)),
  ]
  entry.last = now
  if (entry.counter === undefined) entry.counter = 0
  else if (added.length || removed.length) entry.counter++
  const parse = (text: string) => JSON.parse(text) as Row
  return {
    counter: entry.counter,
    added: added.map(parse),
    removed: entry.query.removed ? removed.map(parse) : [],
  }
}
