import type { Gap, JobStatus, LogLine, StreamEvent } from '../../public/client'
import type { Job } from '../../src/contract/jobs'
import { clean, cleanColored, indented } from '../../text/display'
import { hasEnded, markedStatus, paintMarked, reasonOf } from './job-lines'
import type { Color, Terminal } from './terminal'
import { cut } from './text'
import { clock } from './times'

/** Prints what arrives on a stream, for people or for programs. */
export interface Printer {
  lines(lines: readonly LogLine[], topic: string): void
  status(status: JobStatus, topic: string): void
  event(event: StreamEvent): void
  gap(gap: Gap): void
  end(topic: string, reason: string): void
}

/** Prints one object per line; its `event` names the kind. */
export function jsonPrinter({ json }: Terminal): Printer {
  const object = (data: unknown) => (typeof data === 'object' && data !== null ? data : { data })
  return {
    lines: (lines, topic) => {
      for (const line of lines) json({ event: 'log', topic, ...line })
    },
    status: ({ topic: _, ...status }, topic) => json({ event: 'status', topic, ...status }),
    event: ({ type, topic, data }) => json({ event: type, topic, ...object(data) }),
    gap: ({ reset, ...gap }) => json({ event: reset ? 'reset' : 'gap', ...gap }),
    end: (topic, reason) => json({ event: 'end', topic, reason }),
  }
}

const LEVEL_COLORS: Record<string, Color> = { debug: 'dim', warn: 'yellow', error: 'red' }

export function textPrinter(terminal: Terminal): Printer {
  let shown = ''
  let ending = ''
  const print = (text: string) => {
    // Steps and progress also change the status, but not its text.
    if (text !== '' && text !== shown) terminal.write(`${text}\n`)
    shown = text || shown
  }
  return {
    lines: lines => terminal.write(lines.map(line => lineText(terminal, line)).join('')),
    status: ({ job }) => {
      const text = statusText(terminal, job as unknown as Job)
      // A late reader gets the last status first, but it belongs after the lines.
      if (hasEnded(job.status)) ending = text
      else print(text)
    },
    event: event => terminal.write(eventText(terminal, event)),
    gap: gap => terminal.write(`${terminal.paint('yellow', gapText(gap))}\n`),
    end: () => print(ending),
  }
}

/** A log line with its time, level and step. */
export function lineText(terminal: Terminal, { timestamp, level, step, message, truncated }: LogLine): string {
  const time = terminal.paint('dim', clock(timestamp))
  const name = terminal.paint(LEVEL_COLORS[level], level.toUpperCase().padEnd(5))
  const place = step ? terminal.paint('cyan', `[${clean(step)}] `) : ''
  const text = terminal.isColored ? cleanColored(message) : clean(message, true)
  const rest = truncated ? terminal.paint('yellow', ' (truncated at 16 KiB)') : ''
  return `${time} ${name} ${place}${indented(text)}${rest}\n`
}

function statusText(
  terminal: Terminal,
  job: Pick<Job, 'status' | 'attempt' | 'error' | 'cancel'> & Partial<Pick<Job, 'outcome'>>,
): string {
  const attempt = job.attempt > 1 ? `, attempt ${job.attempt}` : ''
  const outcome = job.outcome ?? null
  const why = clean(hasEnded(job.status) ? reasonOf(job) || (outcome?.text ?? '') : '')
  const text = `${markedStatus({ ...job, outcome })}${attempt}${why && `: ${why}`}`
  return `== ${paintMarked(terminal)(text)}`
}

/** Makes missing entries visible, because the lines around them would look adjacent. */
function gapText({ reset, reason, missed }: Gap): string {
  if (reset) return `!! The stream was reset (${clean(reason)}): lines above may be repeated or incomplete.`
  return `!! ${missed ?? 'Some'} entries are missing here (${clean(reason)}).`
}

interface Envelope {
  timestamp?: string
  data?: unknown
  progress?: unknown
}

function eventText(terminal: Terminal, { type, data }: StreamEvent): string {
  const { timestamp, data: inner, progress } = (data ?? {}) as Envelope
  const time = timestamp ? `${clock(timestamp)} ` : ''
  const name = `${clean(type).padEnd(16)} `
  const room = Math.max(20, terminal.width() - time.length - name.length)
  const about = cut(fieldsOf(inner ?? progress ?? data), room)
  return `${terminal.paint('dim', time)}${terminal.paint(eventColor(type), name)}${about}\n`
}

const eventColor = (type: string): Color => (/failed|incident_created/.test(type) ? 'red' : 'cyan')

function fieldsOf(data: unknown): string {
  if (typeof data !== 'object' || data === null) return clean(String(data ?? ''))
  const fields = Object.entries(data).filter(([name, value]) => name !== 'topic' && value !== null)
  return fields
    .map(([name, value]) => `${name}=${clean(typeof value === 'string' ? value : JSON.stringify(value))}`)
    .join(' ')
}
