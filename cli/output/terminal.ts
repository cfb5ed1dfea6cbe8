import { once } from 'node:events'
import { clean } from '../../text/display'
import { cut, jsonLine } from './text'

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2, bold: 1 }
export type Colour = keyof typeof CODES

/** To the beginning of the line, and nothing behind it (ECMA-48). */
const TAKE_AWAY = '\r\x1b[K'

/** Where the answer goes (`write`), and what people shall know besides (`note`). */
export interface Terminal {
  readonly isColoured: boolean
  /** Columns; without limit when the output is no terminal. */
  width(): number
  write(text: string): void
  json(value: unknown): void
  /** A piece of a file of others: as it is for a file or a program, made harmless where a person looks. */
  data(text: string): void
  note(text: string): void
  /** Whether a person sees what is noted: then progress is shown. */
  readonly isWatched: boolean
  /** A line below everything else that stays in its place, on a terminal; an empty text takes it away. */
  progress(text: string): void
  /** Resolves when the output takes more. */
  drained(): Promise<void>
  paint(colour: Colour | undefined, text: string): string
}

/** Colours only where a person looks, and has not asked for none (https://no-color.org). */
export function createTerminal(
  env: NodeJS.ProcessEnv,
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
): Terminal {
  const isColoured = Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb'
  const isWatched = Boolean(stderr.isTTY) && env.TERM !== 'dumb'
  let below = ''
  const draw = () => {
    if (below) stderr.write(cut(below, (stderr.columns || 80) - 1))
  }
  /** Other text never runs into the progress. */
  const print = (stream: NodeJS.WriteStream, text: string) => {
    if (below) stderr.write(TAKE_AWAY)
    stream.write(text)
    draw()
  }
  return {
    isColoured,
    isWatched,
    width: () => (stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY),
    write: text => print(stdout, text),
    json: value => print(stdout, jsonLine(value)),
    data: text => print(stdout, stdout.isTTY ? clean(text, true) : text),
    note: text => print(stderr, `${clean(text, true)}\n`),
    progress(text) {
      if (!isWatched || clean(text) === below) return
      if (below) stderr.write(TAKE_AWAY)
      below = clean(text)
      draw()
    },
    drained: async () => {
      if (stdout.writableNeedDrain) await once(stdout, 'drain')
    },
    paint: (colour, text) => (isColoured && colour ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text),
  }
}
