import { mkdir, readdir } from 'node:fs/promises'
import { type AgentRecord, MESSAGE_BYTES_MAX } from '../../src/contract/agent-protocol'
import { messageOf } from '../failure'
import { Condition, type Say } from '../log'
import { Gaps, type Loss } from './gaps'
import { KINDS, type Kind, kindOf } from './kind'
import { lossesIn } from './losses'
import { Segment } from './segment'

const SEGMENT_BYTES_MAX: Record<Kind, number> = { events: 256 * 1024, logs: 1024 * 1024, metrics: 1024 * 1024 }
/** Then a new one begins, so that little is sent again after a crash. */
const SEGMENT_AGE_MAX_MS = 5 * 60_000
/** Whole records are sent, so that each must fit into a message. */
export const RECORD_BYTES_MAX = MESSAGE_BYTES_MAX - 1_024
const TIDY_EVERY_MS = 10_000
/** Records that follow others wait so long for more: a write and a message of their own would cost more than they do. */
const TOGETHER_MS = 50
/** So that a small spool has more than one segment of each kind. */
const SEGMENTS_MIN = 16

export interface SpoolSettings {
  folder: string
  bytesMax: number
  ageMaxMs: number
  now(): number
  say: Say
  /** Before a segment of log lines is removed. */
  beforeLogsGo(): Promise<void>
}

interface Waiting {
  records: AgentRecord[]
  isSynced: boolean
  isKept: boolean
  done(isKept: boolean): void
}

/**
 * Records on disk until the server has them. Bounded by bytes and age: the oldest metrics go first, then the oldest lines;
 * results and events stay. What goes is said by a `gap`.
 */
export class Spool {
  /** Called when there is something to send. */
  onData: () => void = () => undefined
  /** Called for a segment that the server has, and that will not be continued. */
  onDone: (id: string) => void = () => undefined
  readonly #segments: Segment[] = []
  readonly #gaps: Gaps
  readonly #disk: Condition
  readonly #timer: NodeJS.Timeout
  #waiting: Waiting[] = []
  /** Changes of segments follow one another. */
  #work: Promise<void> = Promise.resolve()
  #isWriteQueued = false
  #writtenAt = 0
  #writeTimer: NodeJS.Timeout | undefined
  #isClosed = false

  private constructor(private readonly settings: SpoolSettings) {
    this.#gaps = new Gaps(gap => void this.add(gap), settings.now)
    this.#disk = new Condition(settings.say, 'The spool can be written again.')
    this.#timer = setInterval(() => void this.#queue(() => this.#tidy()), TIDY_EVERY_MS)
  }

  /** @param replay called with what an earlier run left, the oldest first */
  static async open(settings: SpoolSettings, replay: (record: AgentRecord) => void): Promise<Spool> {
    await mkdir(settings.folder, { recursive: true, mode: 0o700 })
    const spool = new Spool(settings)
    for (const name of (await readdir(settings.folder)).sort()) {
      const segment = await Segment.load(settings.folder, name)
      if (!segment) continue
      spool.#segments.push(segment)
      if (segment.kind === 'logs') for (const line of await segment.records()) replay(JSON.parse(line))
    }
    await spool.#queue(() => spool.#tidy())
    return spool
  }

  /** Records that the server does not have. */
  get backlog(): number {
    return this.#segments.reduce((total, { unacked }) => total + unacked, 0)
  }

  get bytes(): number {
    return this.#segments.reduce((total, { bytes }) => total + bytes, 0)
  }

  /**
   * Resolves when the records are in the file, which survives the end of the process, or are lost and counted.
   * @param isSynced wait until they survive the end of the machine, too
   * @returns whether they are in the file; never after `close`
   */
  add(record: AgentRecord | AgentRecord[], isSynced = false): Promise<boolean> {
    if (this.#isClosed) return Promise.resolve(false)
    return new Promise(done => {
      this.#waiting.push({ records: Array.isArray(record) ? record : [record], isSynced, isKept: true, done })
      const waitMs = isSynced ? 0 : this.#writtenAt + TOGETHER_MS - performance.now()
      if (waitMs <= 0) this.#writeNow()
      else this.#writeTimer ??= setTimeout(() => this.#writeNow(), waitMs)
    })
  }

  /** Something could not be got, or is not kept. */
  lost(loss: Loss): void {
    this.#gaps.lost(loss)
  }

  /** A new connection: what is there now is the past, and everything that is not acknowledged is sent again. */
  begin(): Promise<void> {
    return this.#queue(async () => {
      for (const segment of this.#segments) {
        if (!segment.isSealed) await segment.seal()
        segment.isOld = true
        segment.rewind()
      }
      await this.#removeDone()
    })
  }

  /** Segments with something to send: those of this connection, or older ones. Events first, then the oldest. */
  unsent(isOld: boolean): Segment | undefined {
    for (const kind of KINDS) {
      const found = this.#segments.find(each => each.kind === kind && each.isOld === isOld && each.sent < each.count)
      if (found) return found
    }
    return undefined
  }

  inFlight(isOld: boolean): number {
    return this.#segments.reduce((total, each) => (each.isOld === isOld ? total + each.inFlight : total), 0)
  }

  acked(id: string, seq: number): void {
    const segment = this.#segments.find(each => each.id === id)
    segment?.ack(seq)
    if (segment?.isDone) void this.#queue(() => this.#removeDone())
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    this.#writeNow()
    await this.#work // which may lose something
    this.#gaps.flush()
    this.#writeNow()
    this.#isClosed = true
    await this.#queue(async () => {
      for (const segment of this.#segments) await segment.seal()
      await this.#removeDone()
    })
  }

  #queue(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work)
    this.#work = done.catch(error => this.settings.say(`The spool failed: ${messageOf(error)}`))
    return this.#work
  }

  #writeNow(): void {
    clearTimeout(this.#writeTimer)
    this.#writeTimer = undefined
    if (!this.#isWriteQueued) void this.#queue(() => this.#write())
    this.#isWriteQueued = true
  }

  async #write(): Promise<void> {
    this.#isWriteQueued = false
    this.#writtenAt = performance.now()
    const waiting = this.#waiting
    this.#waiting = []
    for (const kind of KINDS) {
      const ofKind = waiting.filter(({ records }) => records.some(record => kindOf(record) === kind))
      const records = ofKind.flatMap(each => each.records.filter(record => kindOf(record) === kind))
      const isSynced = ofKind.some(each => each.isSynced)
      if (records.length === 0 || (await this.#append(kind, records, isSynced))) continue
      for (const each of ofKind) each.isKept = false
    }
    for (const { done, isKept } of waiting) done(isKept)
    await this.#makeRoom()
    this.onData()
  }

  async #append(kind: Kind, records: AgentRecord[], isSynced: boolean): Promise<boolean> {
    const kept = records.filter(record => this.#hasRoomFor(record))
    const lines = kept.map(record => JSON.stringify(record)).filter(line => this.#fits(line))
    if (lines.length === 0) return true
    try {
      const segment = await this.#current(kind)
      await segment.append(lines)
      if (isSynced) await segment.sync()
      this.#disk.good()
      return true
    } catch (error) {
      this.#disk.bad(`The spool cannot be written (${messageOf(error)}): records are lost until it can.`)
      for (const record of records) for (const loss of lossesIn(record, 'spool_full')) this.lost(loss)
      return false
    }
  }

  /** Events of the engine are not dropped, but those of containers that fail all day must not fill the disk either. */
  #hasRoomFor({ t }: AgentRecord): boolean {
    if (t !== 'event') return true
    const bytes = this.#segments.reduce((total, each) => (each.kind === 'events' ? total + each.bytes : total), 0)
    return bytes < this.settings.bytesMax / 2
  }

  #fits(line: string): boolean {
    if (Buffer.byteLength(line) <= RECORD_BYTES_MAX) return true
    this.settings.say(`A record of ${line.length} characters was too long to be sent: ${line.slice(0, 100)}`)
    return false
  }

  async #current(kind: Kind): Promise<Segment> {
    const now = this.settings.now()
    const current = this.#segments.find(each => each.kind === kind && !each.isSealed)
    if (current && current.bytes < this.#segmentBytesMax(kind) && now - current.createdAt < SEGMENT_AGE_MAX_MS)
      return current
    await current?.seal()
    const segment = await Segment.create(this.settings.folder, kind, now)
    this.#segments.push(segment)
    await this.#removeDone()
    return segment
  }

  #segmentBytesMax(kind: Kind): number {
    return Math.min(SEGMENT_BYTES_MAX[kind], this.settings.bytesMax / SEGMENTS_MIN)
  }

  /** Removes what the server has; ends segments that are so old that the next record needs a new one anyway. */
  async #tidy(): Promise<void> {
    const now = this.settings.now()
    for (const each of this.#segments)
      if (!each.isSealed && each.acked === each.count && now - each.createdAt >= SEGMENT_AGE_MAX_MS) await each.seal()
    await this.#removeDone()
    await this.#makeRoom()
  }

  async #removeDone(): Promise<void> {
    const done = this.#segments.filter(each => each.isDone)
    if (done.some(({ kind }) => kind === 'logs')) await this.settings.beforeLogsGo()
    for (const each of done) {
      await this.#remove(each)
      this.onDone(each.id)
    }
  }

  async #makeRoom(): Promise<void> {
    const oldest = this.settings.now() - this.settings.ageMaxMs
    const droppable = (['metrics', 'logs'] as const).flatMap(kind =>
      this.#segments.filter(each => each.kind === kind && each.isSealed),
    )
    for (const each of droppable) {
      if (this.bytes <= this.settings.bytesMax && each.createdAt >= oldest) continue
      if (each.kind === 'logs') await this.settings.beforeLogsGo()
      const lines = (await each.records()).slice(each.acked)
      for (const line of lines) for (const loss of lossesIn(JSON.parse(line), 'spool_full')) this.lost(loss)
      await this.#remove(each)
    }
  }

  async #remove(segment: Segment): Promise<void> {
    this.#segments.splice(this.#segments.indexOf(segment), 1)
    await segment.remove()
  }
}
