import { FrameReader, type Piece, type Stream } from './frames'

export interface Line {
  at: number
  stream: Stream
  text: string
  truncated?: true
}

/** Longer lines are cut. The server shows less than that. */
export const LINE_BYTES_MAX = 64 * 1024
const NEWLINE = 0x0a
/** As engines write it, at the beginning of each line, and of each frame that continues one. */
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))(?: |$)/
const TIME_BYTES_MAX = 40

interface Open {
  at: number | undefined
  bodies: Buffer[]
  /** Bytes since the beginning of the line or of the frame, with the time. */
  part: Buffer[]
  bytes: number
  isCut: boolean
}

/**
 * Turns the output of an engine into lines. A line may be spread over frames and chunks, also in the middle of a character;
 * frames of two streams may alternate.
 */
export class LineReader {
  readonly #frames: FrameReader | undefined
  readonly #open: Record<Stream, Open> = { stdout: fresh(), stderr: fresh() }
  #lastAt: number

  /**
   * @param framed without: the output of a terminal, all of it stdout
   * @param startedAt the time of lines that have none
   */
  constructor(framed: boolean, startedAt: number) {
    this.#frames = framed ? new FrameReader() : undefined
    this.#lastAt = startedAt
  }

  /** @throws FrameError */
  read(chunk: Buffer): Line[] {
    const lines: Line[] = []
    const pieces: Iterable<Piece> = this.#frames?.read(chunk) ?? [{ stream: 'stdout', bytes: chunk, endsFrame: false }]
    for (const piece of pieces) this.#take(piece, lines)
    return lines
  }

  /** Last lines without an end. */
  end(): Line[] {
    return (['stdout', 'stderr'] as const).flatMap(stream =>
      this.#open[stream].bytes > 0 ? [this.#finish(stream)] : [],
    )
  }

  #take({ stream, bytes, endsFrame }: Piece, lines: Line[]): void {
    let rest = bytes
    for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE)) {
      append(this.#open[stream], rest.subarray(0, end))
      lines.push(this.#finish(stream))
      rest = rest.subarray(end + 1)
    }
    append(this.#open[stream], rest)
    if (endsFrame) closePart(this.#open[stream])
  }

  #finish(stream: Stream): Line {
    const open = this.#open[stream]
    this.#open[stream] = fresh()
    closePart(open)
    const body = Buffer.concat(open.bodies)
    if (open.at !== undefined) this.#lastAt = open.at
    const isCut = open.isCut || body.length > LINE_BYTES_MAX
    const text = (isCut ? cut(body) : body).toString('utf8').replace(/\r$/, '')
    return { at: this.#lastAt, stream, text, ...(isCut && { truncated: true as const }) }
  }
}

const fresh = (): Open => ({ at: undefined, bodies: [], part: [], bytes: 0, isCut: false })

function append(open: Open, bytes: Buffer): void {
  if (bytes.length === 0) return
  const room = LINE_BYTES_MAX + 16 * TIME_BYTES_MAX - open.bytes
  if (bytes.length > room) open.isCut = true
  if (room <= 0) return
  // copied, because the chunk is much larger than what is kept of it
  open.part.push(Buffer.from(bytes.subarray(0, room)))
  open.bytes += Math.min(bytes.length, room)
}

function closePart(open: Open): void {
  if (open.part.length === 0) return
  const bytes = Buffer.concat(open.part)
  open.part = []
  const [time, head] = timeOf(bytes)
  open.at ??= time
  open.bodies.push(bytes.subarray(head))
}

function timeOf(bytes: Buffer): [number | undefined, number] {
  const [whole, text = ''] = TIME.exec(bytes.toString('latin1', 0, TIME_BYTES_MAX)) ?? []
  return whole === undefined ? [undefined, 0] : [Date.parse(text), whole.length]
}

/** Not in the middle of a character (RFC 3629: bytes that continue one are 10xxxxxx). */
function cut(bytes: Buffer): Buffer {
  let end = Math.min(bytes.length, LINE_BYTES_MAX)
  if (end < bytes.length) while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}
