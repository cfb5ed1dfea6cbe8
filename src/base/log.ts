import { Writable } from 'node:stream'
import winston from 'winston'
import { clean, escapeHidden } from '../../text/display'
import type { LEVELS } from '../contract/values'
import { lossyOutput } from './output'
import { redact } from './redact'

/** Where winston stores the formatted line. */
const MESSAGE = Symbol.for('message')

export type Level = (typeof LEVELS)[number]
/** Structured fields of a line: `request_id`, `job_id`, `duration_ms`, ... */
export type Facts = Record<string, unknown>

/** The logging interface used by the rest of the program. */
export interface Log {
  debug(message: string, facts?: Facts): void
  info(message: string, facts?: Facts): void
  warn(message: string, facts?: Facts): void
  error(message: string, facts?: Facts): void
  /** A log that adds these fields to every line. */
  child(facts: Facts): Log
}

/** A redacted line, as sinks receive it. */
export interface LogRecord {
  at: Date
  level: Level
  message: string
  facts: Facts
}

export interface LogSettings {
  level: Level
  format: 'json' | 'pretty'
  /** Where lines are printed; default stdout. */
  output?: Writable
}

/**
 * Creates the log, based on winston. Failing output does not stop the program. `sinks` receive each line after redaction; one of them
 * feeds the service streams. A sink must not log.
 */
export function createLog({
  level,
  format,
  output = process.stdout,
}: LogSettings): Log & { sinks: Set<(record: LogRecord) => void> } {
  const sinks = new Set<(record: LogRecord) => void>()
  const toSinks = new Writable({
    objectMode: true,
    write(info: winston.Logform.TransformableInfo, _encoding, done) {
      const { level, message, timestamp, ...facts } = info
      const record = { at: new Date(String(timestamp)), level: level as Level, message: String(message), facts }
      for (const sink of sinks) sink(record)
      done()
    },
  })
  const printed = lossyOutput(output, {
    onLoss: reason => logger.warn('Log lines cannot be printed', { reason }),
    onRecovery: lines => logger.warn('Log lines can be printed again', { lost_lines: lines }),
  })
  const redacted = winston.format(info => Object.assign(info, redact({ ...info })))
  const logger = winston.createLogger({
    level,
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    format: winston.format.combine(winston.format.timestamp(), redacted()),
    transports: [
      new winston.transports.Stream({ stream: printed, format: format === 'json' ? json() : pretty() }),
      new winston.transports.Stream({ stream: toSinks }),
    ],
  })
  return Object.assign(wrap(logger), { sinks })
}

function wrap(logger: winston.Logger): Log {
  // winston would format the line before checking its level
  const at = (level: Level) => (message: string, facts?: Facts) => {
    if (logger.isLevelEnabled(level)) logger.log({ ...facts, level, message })
  }
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: facts => wrap(logger.child(facts)),
  }
}

/** Log lines contain text from others, which a terminal must not interpret. */
const json = () => winston.format.combine(winston.format.json(), winston.format(escapeLine)())

function escapeLine(info: winston.Logform.TransformableInfo) {
  info[MESSAGE] = escapeHidden(String(info[MESSAGE]))
  return info
}

const pretty = () =>
  winston.format.printf(({ timestamp, level, message, ...facts }) => {
    const rest = Object.keys(facts).length ? ` ${escapeHidden(JSON.stringify(facts))}` : ''
    return `${String(timestamp).slice(11, 23)} ${level.padEnd(5)} ${clean(String(message), true)}${rest}`
  })
