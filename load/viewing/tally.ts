import { nowMs, percentile, rounded } from '../figures'

/**
 * What a viewer inspects. `count`: ranges only, as cheap as possible. `time`: the timestamp in each line or result. `check`:
 * decodes every line and compares it with the expected one; a host has one result.
 */
export type Look = 'count' | 'time' | 'check'

const RANGE = /"first_seq":(\d+),"last_seq":(\d+),"history":(true|false)\}\}$/
/** A peer sends each line as an event without a name or with the default name. */
const PEER_LINE = /^(?:id:.*\n|event: ?message\n)*data:/
const MARK = /t=([\d.]+) /g
/** In the first row of a simulated host's answer. */
const RESULT_MARK = /"made_at_ms":"([\d.]+)"/
const FAULTS_SHOWN = 5

/** Totals of all viewers of a process. */
export class Tally {
  lines = 0
  events = 0
  bytes = 0
  faultCount = 0
  readonly faults: string[] = []
  readonly latenciesMs: number[] = []
  firstAtMs = 0
  lastAtMs = 0
  /** Of one viewer, frames with lines only. */
  framesPerSecondMax = 0

  fault(text: string) {
    this.faultCount++
    if (this.faults.length < FAULTS_SHOWN) this.faults.push(text)
  }

  summary() {
    const { lines, events, bytes, faultCount, faults, firstAtMs, lastAtMs, framesPerSecondMax, latenciesMs } = this
    const at = (share: number) => rounded(percentile(latenciesMs, share))
    const latencyMs = { p50: at(0.5), p99: at(0.99), max: at(1), samples: latenciesMs.length }
    return { lines, events, bytes, faultCount, faults, firstAtMs, lastAtMs, framesPerSecondMax, latencyMs }
  }
}

export type Summary = ReturnType<Tally['summary']>

/** What one viewer has received of a topic. */
export class Sight {
  /** Lines or query results so far. */
  lines = 0
  /** Id of the last event, to resume from. */
  lastId = ''
  /** Whether the topic has ended. */
  ended = false
  private lastSeq = 0
  private lastLine = 0
  private readonly hosts = new Set<string>()
  private second = 0
  private frames = 0

  constructor(
    private readonly tally: Tally,
    readonly look: Look,
    /** The expected text of line `n`, for `check`; lines not logged by the job have another source. */
    private readonly expected?: (line: number) => string,
  ) {}

  /** @returns whether it contained lines */
  take(head: string, text: string): boolean {
    const id = /^id: (.*)$/m.exec(head)
    if (id?.[1]) this.lastId = id[1]
    this.tally.events++
    if (head.startsWith('event: logs\n')) {
      this.takeLogs(text)
      return true
    }
    if (head.startsWith('event: query_result\n')) {
      this.takeResult(text)
      return true
    }
    if (head.startsWith('event: alert_created\n')) {
      this.count(1, text)
      return true
    }
    if (head.startsWith('event: end\n')) this.ended = true
    if (/^event: (gap|reset|overloaded)\n/.test(head)) this.tally.fault(head)
    if (PEER_LINE.test(head)) {
      this.count(1, text)
      return true
    }
    return false
  }

  /** Frames that came just now. */
  sawFrames(count: number) {
    const second = Math.floor(this.tally.lastAtMs / 1_000)
    this.frames = second === this.second ? this.frames + count : count
    this.second = second
    this.tally.framesPerSecondMax = Math.max(this.tally.framesPerSecondMax, this.frames)
  }

  private takeResult(text: string) {
    this.count(1, '')
    const mark = this.look === 'time' && RESULT_MARK.exec(text)?.[1]
    if (mark) this.tally.latenciesMs.push(this.tally.lastAtMs - Number(mark))
    if (this.look !== 'check') return
    const { host_id } = JSON.parse(text.slice(text.indexOf('\ndata: ') + 7)) as { host_id: string }
    if (this.hosts.has(host_id)) this.tally.fault(`host ${host_id} came twice`)
    this.hosts.add(host_id)
  }

  private takeLogs(text: string) {
    const range = RANGE.exec(text)
    if (!range) return this.tally.fault(`no range in ...${text.slice(-100)}`)
    const [first, last] = [Number(range[1]), Number(range[2])]
    if (first <= this.lastSeq) this.tally.fault(`seq ${first} came after ${this.lastSeq}`)
    // status entries may lie between two frames, so ranges must only be contiguous in topics of lines alone
    if (this.look !== 'check' && this.lastSeq && first !== this.lastSeq + 1)
      this.tally.fault(`seq ${first} came after ${this.lastSeq}: some are missing`)
    this.lastSeq = last
    if (this.look === 'check') this.check(text)
    else this.count(last - first + 1, text)
  }

  private count(lines: number, text: string) {
    this.lines += lines
    this.tally.lines += lines
    this.tally.lastAtMs = nowMs()
    this.tally.firstAtMs ||= this.tally.lastAtMs
    if (this.look !== 'time') return
    for (const [, mark] of text.matchAll(MARK)) this.tally.latenciesMs.push(this.tally.lastAtMs - Number(mark))
  }

  private check(text: string) {
    const data = text.slice(text.indexOf('\ndata: ') + 7)
    const { logs } = JSON.parse(data) as { logs: { line: number; message: string; source: string }[] }
    this.count(logs.length, '')
    for (const { line, message } of logs) {
      if (line !== this.lastLine + 1) this.tally.fault(`line ${line} came after line ${this.lastLine}`)
      else if (this.expected && message !== this.expected(line)) this.tally.fault(`line ${line} reads ${message}`)
      this.lastLine = line
    }
  }
}
