import type { Job } from '../../src/contract/jobs'
import { clean } from '../../text/display'
import { formatDuration } from '../../text/times'
import type { Color, Terminal } from './terminal'
import { span } from './times'

export const STATUS_COLORS: Record<string, Color> = {
  scheduled: 'magenta',
  pending: 'yellow',
  running: 'blue',
  failed: 'red',
  cancelled: 'yellow',
}

export const paintStatus = (terminal: Terminal) => (text: string) => terminal.paint(STATUS_COLORS[text.trim()], text)

const LEVEL_COLORS: Record<string, Color> = { ok: 'green', warn: 'yellow', bad: 'red' }
const LEVEL_MARKS = { ok: '✓', warn: '!', bad: '✗' }

type Ended = Pick<Job, 'status' | 'outcome'>

/** The mark of what came of it, before its status: `✗ completed`. A result is not a state. */
export const markedStatus = ({ status, outcome }: Ended) =>
  outcome ? `${LEVEL_MARKS[outcome.level]} ${status}` : status

/** Colors text that begins with a mark by its level, else a status. */
export const paintMarked = (terminal: Terminal) => (text: string) => {
  const level = Object.entries(LEVEL_MARKS).find(([, mark]) => text.startsWith(`${mark} `))?.[0]
  return terminal.paint(level ? LEVEL_COLORS[level] : STATUS_COLORS[text.trim().split(/[:,]/, 1)[0] ?? ''], text)
}

/** `✗ connection refused`; `''` before the end. */
export const outcomeText = ({ outcome }: Pick<Job, 'outcome'>) =>
  outcome ? `${LEVEL_MARKS[outcome.level]} ${clean(outcome.text)}` : ''

/** How long it ran, as the server has measured it; up to now while it runs. */
export const ranText = ({ ended_at, ran_ms, started_at }: Pick<Job, 'ended_at' | 'ran_ms' | 'started_at'>) =>
  ended_at === null ? span(started_at, null) : formatDuration(ran_ms)

export const hasEnded = (status: string) => status === 'completed' || status === 'failed' || status === 'cancelled'

/** Why a job failed or was cancelled; empty otherwise. */
export function reasonOf({ error, cancel }: Partial<Pick<Job, 'error' | 'cancel'>>): string {
  if (error) return `${error.message} (${error.code})`
  return cancel ? `${cancel.by.name}: ${cancel.reason}` : ''
}
