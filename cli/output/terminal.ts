import { once } from 'node:events'
import { clean } from '../../text/display'
import { cut, jsonLine } from './text'

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2, bold: 1 }
export type Color = keyof typeof CODES

/** Moves to the start of the line and erases the rest of it (ECMA-48). */
const CLEAR_LINE = '\r\x1b[K'

/** Output goes to stdout (`write`), messages for people to stderr (`note`). */
export interface Terminal {
  readonly isColored: boolean
  /** Columns; infinite if the output is not a terminal. */
  width(): number
  write(text: string): void
  json(value: unknown): void
  /** Writes data of others: unchanged to a file or program, without control characters to a terminal. */
  data(text: string): void
  note(text: string): void
  /** Whether messages go to a terminal, so that progress is shown. */
  readonly isWatched: boolean
  /** Shows a line that stays below all other output on a terminal; an empty text removes it. */
  progress(text: string): void
  /** Resolves when the output accepts more. */
  drained(): Promise<void>
  paint(color: Color | undefined, text: string): string
}

/** Uses colors only on a terminal, and unless they are turned off (https://no-color.org). */
export function createTerminal(
  env: NodeJS.ProcessEnv,
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
): Terminal {
  const isColored = Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb'
  const isWatched = Boolean(stderr.isTTY) && env.TERM !== 'dumb'
  let below = ''
  const draw = () => {
    if (below) stderr.write(cut(below, (stderr.columns || 80) - 1))
  }
  /** Erases the progress line first, so that other text does not run into it. */
  const print = (stream: NodeJS.WriteStream, text: string) => {
    if (below) stderr.write(CLEAR_LINE)
    stream.write(text)
    draw()
  }
  return {
    isColored,
    isWatched,
    width: () => (stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY),
    write: text => print(stdout, text),
    json: value => print(stdout, jsonLine(value)),
    data: text => print(stdout, stdout.isTTY ? clean(text, true) : text),
    note: text => print(stderr, `${clean(text, true)}\n`),
    progress(text) {
      if (!isWatched || clean(text) === below) return
      if (below) stderr.write(CLEAR_LINE)
      below = clean(text)
      draw()
    },
    drained: async () => {
      if (stdout.writableNeedDrain) await once(stdout, 'drain')
    },
    paint: (color, text) => (isColored && color ? `\x1b[${CODES[color]}m${text}\x1b[0m` : text),
  }
}
