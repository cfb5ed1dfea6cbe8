import type { Level } from '../../base/log'

const WORDS: Record<string, Level> = {
  ...{ trace: 'debug', trc: 'debug', debug: 'debug', dbg: 'debug', verbose: 'debug' },
  ...{ info: 'info', inf: 'info', information: 'info', notice: 'info', log: 'info' },
  ...{ warn: 'warn', wrn: 'warn', warning: 'warn' },
  ...{ error: 'error', err: 'error', eror: 'error', fatal: 'error', ftl: 'error', critical: 'error', crit: 'error' },
  ...{ panic: 'error', emergency: 'error', alert: 'error', severe: 'error' },
}
const NAMES = Object.keys(WORDS).join('|')
/** Only the start of a line says its level. */
const HEAD = 200
/** CSI sequences (ECMA-48, section 5.4). */
const ANSI = /\x1b\[[0-?]*[ -/]*[@-~]/g
const TIMESTAMP = /^\s*\[?\d{4}[-/]\d{2}[-/]\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?\]?\s*/
/** `I0412 10:00:00.000000` of klog. */
const KLOG = /^([DIWEF])\d{4} \d{2}:\d{2}:\d{2}\./
const KLOG_LEVELS: Record<string, Level> = { D: 'debug', I: 'info', W: 'warn', E: 'error', F: 'error' }

/** From the most to the least certain. Two different levels in one tier say nothing. */
const TIERS: RegExp[] = [
  new RegExp(`^\\W{0,2}(${NAMES})\\b[\\]:|\\s]`, 'gi'),
  new RegExp(`[\\[(<](${NAMES})[\\])>]`, 'gi'),
  new RegExp(`(?:^|\\s)(?:level|lvl|severity)=["']?(${NAMES})\\b`, 'gi'),
  new RegExp(`(?:^|\\s)(${NAMES})\\s?[:|]`, 'gi'),
  new RegExp(`(?:^|\\s)(${NAMES.toUpperCase()})(?=\\s|$)`, 'g'),
]
const JSON_KEYS = ['level', 'severity', '@l', 'log.level', 'lvl', 'loglevel']

/** The level that a line of a container names; undefined if it names none, or is not clear. */
export function levelOf(line: string): Level | undefined {
  const text = line.replace(ANSI, '')
  if (text.startsWith('{')) {
    const named = jsonLevel(text)
    if (named) return named
  }
  const head = text
    .slice(0, HEAD + 100)
    .replace(TIMESTAMP, '')
    .slice(0, HEAD)
  const klog = KLOG.exec(head)?.[1]
  if (klog) return KLOG_LEVELS[klog]
  for (const tier of TIERS) {
    const found = new Set([...head.matchAll(tier)].map(match => WORDS[(match[1] ?? '').toLowerCase()]))
    if (found.size > 1) return undefined
    const [level] = found
    if (level) return level
  }
  return undefined
}

/** A level of pino and bunyan: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal. */
const numericLevel = (value: number): Level =>
  value >= 50 ? 'error' : value >= 40 ? 'warn' : value >= 30 ? 'info' : 'debug'

function jsonLevel(text: string): Level | undefined {
  let value: Record<string, unknown>
  try {
    value = JSON.parse(text)
  } catch {
    return undefined // only looks like JSON
  }
  for (const key of JSON_KEYS) {
    const named = value[key] ?? nested(value, key)
    if (typeof named === 'number') return numericLevel(named)
    if (typeof named === 'string') return WORDS[named.toLowerCase()]
  }
  return undefined
}

/** `log.level` may be `{"log": {"level": ...}}`. */
function nested(value: Record<string, unknown>, key: string): unknown {
  const [outer = '', inner] = key.split('.')
  const object = inner === undefined ? undefined : value[outer]
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[inner ?? ''] : undefined
}

const CONTINUES = /^(?:\s|at |Caused by:|Traceback |\.\.\. \d+ more|\}|\]|\))/

/** Levels of the lines of containers. A line that continues the one before, as in a stack trace, has its level. */
export class Levels {
  private readonly last = new Map<string, Level>()

  /** @param key what the line belongs to: a container and its stream */
  of(key: string, line: string): Level {
    const own = levelOf(line)
    const level = own ?? (CONTINUES.test(line.replace(ANSI, '')) ? this.last.get(key) : undefined) ?? 'info'
    this.last.set(key, level)
    return level
  }
}
