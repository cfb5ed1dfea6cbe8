import type { LogBatch, LoggedLine } from '../agent'
import type { Body } from './body'
import type { Fields } from './fields'
import { tryParseJson } from './json'
import { LINES_MAX, ROWS_MAX } from './limits'
import { lineOf } from './log-lines'
import { scanBody } from './scan-body'

export interface LogRequest {
  fields: Fields
  /** Undefined if logs of this type are not kept. */
  batch: LogBatch | undefined
}

/**
 * Reads log lines. Values that are not log lines are counted as dropped.
 * @throws Refusal 400, AgentDisconnected
 */
export async function readLog(body: Body): Promise<LogRequest> {
  const fields: Fields = {}
  const lines = new Lines()
  /** Lines that arrived before the type of the log. */
  const early: unknown[] = []
  const { isTruncated, path } = await scanBody(body, fields, {
    enters: ([name, element], isList) => name === 'data' && element === undefined && isList,
    value(_path, text) {
      const type = typeOf(fields)
      if (lines.seen + early.length >= LINES_MAX) lines.dropped++
      else if (type) lines.add(type, tryParseJson(text))
      else early.push(tryParseJson(text))
    },
  })
  const type = typeOf(fields)
  if (!type) return { fields, batch: undefined }
  for (const value of [...early, ...loose(fields.data)]) lines.add(type, value)
  const cutOff = isTruncated && path[0] === 'data' ? 1 : 0
  return { fields, batch: { type, lines: lines.kept, dropped: lines.dropped + cutOff } }
}

function typeOf({ log_type }: Fields): LogBatch['type'] | undefined {
  return log_type === 'result' || log_type === 'status' ? log_type : undefined
}

/** Lines that are not in a list: a single one, or a list encoded as text. */
function loose(data: unknown): unknown[] {
  const value = typeof data === 'string' ? tryParseJson(data) : data
  if (Array.isArray(value)) return value
  return value === undefined || value === null ? [] : [value]
}

class Lines {
  readonly kept: LoggedLine[] = []
  seen = 0
  dropped = 0
  #rows = 0

  add(type: LogBatch['type'], value: unknown) {
    if (++this.seen > LINES_MAX || this.#rows >= ROWS_MAX) {
      this.dropped++
      return
    }
    const line = lineOf(type, typeof value === 'string' ? tryParseJson(value) : value)
    this.#rows += line && 'rows' in line ? line.rows.length : 0
    if (line && this.#rows <= ROWS_MAX) this.kept.push(line)
    else this.dropped++
  }
}
