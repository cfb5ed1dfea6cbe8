export interface SourceSettings {
  /** Per second; less than 1 means a line every so many seconds. */
  lines: number
  bursts: boolean
  /** From 0 to 59. Different containers log and burst at different times. */
  phase: number
}

const BURST_FACTOR = 100
const PHASES = 60
const LEVELS = ['INFO', 'INFO', 'INFO', 'WARN', 'ERROR']

/** What a container logs in a second, always the same, so that it can be asked for again. Times in ms. */
export function linesOf(second: number, { lines, bursts, phase }: SourceSettings): { at: number; text: string }[] {
  const isBurst = bursts && (second + phase) % 60 === 0
  const every = lines > 0 && lines < 1 ? Math.round(1 / lines) : 1
  const base = lines < 1 ? Number(lines > 0 && (second + phase) % every === 0) : Math.round(lines)
  const count = isBurst ? Math.max(1, Math.ceil(lines)) * BURST_FACTOR : base
  const offset = (phase * 1_000) / PHASES
  return Array.from({ length: count }, (_, index) => {
    const at = second * 1_000 + Math.floor(((index * 1_000) / count + offset) % 1_000)
    return { at, text: textOf(second, index, at) }
  }).sort((a, b) => a.at - b.at)
}

/** Plain, with the time by which the benchmark measures delays, colored, JSON, and the lines of a stack trace. */
function textOf(second: number, index: number, at: number): string {
  const number = second * 1_000 + index
  const level = LEVELS[number % LEVELS.length] ?? 'INFO'
  if (number % 7 === 0)
    return JSON.stringify({ level: level.toLowerCase(), msg: 'request', path: `/items/${number}`, ms: number % 90 })
  if (number % 11 === 0) return `    at handler (/app/server.js:${number % 400}:7)`
  if (number % 5 === 0) return `\u001b[33m${level}\u001b[0m t=${at} answered ${number} in ${number % 90} ms`
  return `${level} t=${at} handled request ${number}`
}

/** A frame, as engines send it. */
export function frame({ at, text }: { at: number; text: string }): Buffer {
  const body = Buffer.from(`${new Date(at).toISOString()} ${text}\n`)
  const header = Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}
