import { randomUUID } from 'node:crypto'
import { type FileHandle, open, readFile, rm, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kind } from './kind'

const NEWLINE = 0x0a
const OPENING = '{'.charCodeAt(0)
const CLOSING = '}'.charCodeAt(0)
/** What was written last, and not sent yet, is kept for sending: most records go at once, and need not be read again. */
const TAIL_BYTES_MAX = 64 * 1024
const EMPTY = Buffer.alloc(0)
const NAME = /^(\d+)-(events|logs|metrics)-([0-9a-f-]{36})\.jsonl$/

/** Records that are sent together: complete JSON texts, separated by newlines. */
export interface Chunk {
  first: number
  count: number
  bytes: Buffer
}

/** A file of records, one JSON text per line. The number of a record is that of its line. */
export class Segment {
  /** Records that the server has. */
  acked = 0
  sent = 0
  count = 0
  bytes = 0
  isSealed = false
  /** It was there before the current connection. */
  isOld = false
  #ackedOffset = 0
  #sentOffset = 0
  /** What follows `#sentOffset`; undefined if only the file has it. */
  #tail: Buffer | undefined
  /** Where each batch that is not acknowledged ends. */
  #batches: { last: number; offset: number }[] = []
  #file: FileHandle | undefined

  private constructor(
    private readonly folder: string,
    readonly id: string,
    readonly kind: Kind,
    readonly createdAt: number,
  ) {}

  static async create(folder: string, kind: Kind, now: number): Promise<Segment> {
    const segment = new Segment(folder, randomUUID(), kind, now)
    segment.#file = await open(segment.path, 'ax', 0o600)
    segment.#tail = EMPTY
    return segment
  }

  /**
   * One that an earlier run left; undefined for other files. A last line that is not complete was never sent, and is cut off,
   * as is what a loss of power has left.
   */
  static async load(folder: string, name: string): Promise<Segment | undefined> {
    const [, createdAt, kind, id] = NAME.exec(name) ?? []
    if (!id) return undefined
    const segment = new Segment(folder, id, kind as Kind, Number(createdAt))
    const content = await readFile(segment.path)
    const { end, count } = linesWithin(content, Number.POSITIVE_INFINITY)
    if (end < content.length) await truncate(segment.path, end)
    segment.bytes = end
    segment.count = count
    segment.isSealed = true
    segment.isOld = true
    return segment
  }

  get path(): string {
    return join(this.folder, `${this.createdAt}-${this.kind}-${this.id}.jsonl`)
  }

  get unacked(): number {
    return this.count - this.acked
  }

  get isDone(): boolean {
    return this.isSealed && this.acked === this.count
  }

  /** @throws if the disk is full or broken; then nothing was added */
  async append(lines: readonly string[]): Promise<void> {
    const data = Buffer.from(lines.map(line => `${line}\n`).join(''))
    try {
      await this.#file?.appendFile(data)
    } catch (error) {
      // what was written of it must not become the beginning of the next line
      await truncate(this.path, this.bytes)
      throw error
    }
    this.bytes += data.length
    this.count += lines.length
    if (!this.#tail) return
    this.#tail = this.#tail.length + data.length > TAIL_BYTES_MAX ? undefined : Buffer.concat([this.#tail, data])
  }

  async sync(): Promise<void> {
    await this.#file?.datasync()
  }

  async seal(): Promise<void> {
    this.isSealed = true
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }

  /** After a new connection: what is not acknowledged is sent again. */
  rewind(): void {
    this.sent = this.acked
    if (this.#sentOffset !== this.#ackedOffset) this.#tail = undefined
    this.#sentOffset = this.#ackedOffset
    this.#batches = []
  }

  /** The next records to send; undefined if all are sent. @throws if the file cannot be read */
  async next(recordsMax: number, bytesMax: number): Promise<Chunk | undefined> {
    if (this.sent === this.count) return undefined
    const left = this.bytes - this.#sentOffset
    let bytes = await this.#read(Math.min(left, bytesMax))
    // a single record that is larger
    if (!bytes.includes(NEWLINE)) bytes = await this.#read(left)
    const { end, count } = linesWithin(bytes, recordsMax)
    if (count === 0) throw new Error(`The segment ${this.path} is shorter than what was written.`)
    const first = this.sent + 1
    this.sent += count
    this.#sentOffset += end
    this.#batches.push({ last: this.sent, offset: this.#sentOffset })
    this.#tail = this.#sentOffset === this.bytes ? EMPTY : this.#tail?.subarray(end)
    return { first, count, bytes: bytes.subarray(0, end - 1) }
  }

  ack(seq: number): void {
    for (let batch = this.#batches[0]; batch && batch.last <= seq; batch = this.#batches[0]) {
      this.acked = batch.last
      this.#ackedOffset = batch.offset
      this.#batches.shift()
    }
  }

  /** Bytes on their way. */
  get inFlight(): number {
    return this.#sentOffset - this.#ackedOffset
  }

  async records(): Promise<string[]> {
    const content = await readFile(this.path, 'utf8')
    return content.split('\n').filter(Boolean)
  }

  async remove(): Promise<void> {
    await this.seal()
    await rm(this.path, { force: true })
  }

  /** What is to be sent next. */
  async #read(length: number): Promise<Buffer> {
    if (this.#tail) return this.#tail.subarray(0, length)
    const file = await open(this.path, 'r')
    try {
      const buffer = Buffer.allocUnsafe(length)
      const { bytesRead } = await file.read(buffer, 0, length, this.#sentOffset)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }
}

/** @returns how many complete records there are, at most `max`, and where the last one ends */
function linesWithin(bytes: Buffer, max: number): { end: number; count: number } {
  let end = 0
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1 && count < max; at = bytes.indexOf(NEWLINE, end)) {
    if (bytes[end] !== OPENING || bytes[at - 1] !== CLOSING) break
    end = at + 1
    count++
  }
  return { end, count }
}
