import { jsonLine } from './text'

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, dim: 2, bold: 1 }
export type Colour = keyof typeof CODES

/** Where the answer goes (`write`), and what people shall know besides (`note`). */
export interface Terminal {
  readonly isColoured: boolean
  /** Columns; without limit when the output is no terminal. */
  width(): number
  write(text: string): void
  json(value: unknown): void
  note(text: string): void
  paint(colour: Colour | undefined, text: string): string
}

/** Colours only where a person looks, and has not asked for none (https://no-color.org). */
export function createTerminal(
  env: NodeJS.ProcessEnv,
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
): Terminal {
  const isColoured = Boolean(stdout.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb'
  return {
    isColoured,
    width: () => (stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY),
    write: text => void stdout.write(text),
    json: value => void stdout.write(jsonLine(value)),
    note: text => void stderr.write(`${text}\n`),
    paint: (colour, text) => (isColoured && colour ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text),
  }
}
