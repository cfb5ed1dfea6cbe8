import { invalid, shown } from './status-line'
import type { Notes } from './warnings'

/** Chromium's limit for a line between chunks. */
const LINE_MAX = 16 * 1024
/** Lines after the last chunk. */
const TRAILERS_MAX = 1_000
/** After leading zeros, as many digits as a number can represent exactly. */
const SIZE = /^0*([0-9a-f]{1,13})[ \t]*(?:;.*)?$/i

type State = 'size' | 'data' | 'data_end' | 'trailer' | 'done'

/** Decodes a chunked body (RFC 9112 section 7.1). Lines may end in LF alone; extensions and trailers are ignored. */
export class ChunkReader {
  private state: State = 'size'
  private line = ''
  /** Remaining bytes of the current chunk. */
  private left = 0
  private trailers = 0

  constructor(private readonly notes: Notes) {}

  get done() {
    return this.state === 'done'
  }

  /**
   * @returns the data in these bytes, and anything after the last chunk
   * @throws FailureError `response_invalid`
   */
  take(bytes: Buffer): { data: Buffer; rest: Buffer } {
    const data: Buffer[] = []
    let rest = bytes
    while (rest.length && !this.done) {
      if (this.state !== 'data') {
        rest = this.takeLine(rest)
        continue
      }
      const part = rest.subarray(0, this.left)
      data.push(part)
      rest = rest.subarray(part.length)
      this.left -= part.length
      if (this.left === 0) this.state = 'data_end'
    }
    return { data: Buffer.concat(data), rest }
  }

  private takeLine(bytes: Buffer): Buffer {
    const end = bytes.indexOf('\n')
    this.line += bytes.toString('latin1', 0, end < 0 ? bytes.length : end)
    if (this.line.length > LINE_MAX) throw invalid(`A line between its chunks is longer than ${LINE_MAX / 1024} KiB`)
    if (end < 0) return bytes.subarray(bytes.length)
    if (!this.line.endsWith('\r')) this.notes.add('bare_line_feed', 'Lines between chunks end in LF instead of CR LF')
    const line = this.line.replace(/\r$/, '')
    this.line = ''
    this.state = this.after(line)
    return bytes.subarray(end + 1)
  }

  private after(line: string): State {
    if (this.state === 'size') return this.begin(line)
    if (this.state === 'trailer') {
      if (++this.trailers > TRAILERS_MAX) throw invalid(`More than ${TRAILERS_MAX} lines follow the last chunk`)
      return line === '' ? 'done' : 'trailer'
    }
    if (line !== '') throw invalid('A chunk is longer than its chunk size')
    return 'size'
  }

  private begin(line: string): State {
    const size = SIZE.exec(line)?.[1]
    if (size === undefined) throw invalid(`A chunk size is ${shown(line)}`)
    this.left = Number.parseInt(size, 16)
    return this.left === 0 ? 'trailer' : 'data'
  }
}
