import type { Job } from '../../src/contract/jobs'
import type { Colour, Terminal } from './terminal'

export const STATUS_COLOURS: Record<string, Colour> = {
  scheduled: 'magenta',
  pending: 'yellow',
  running: 'blue',
  completed: 'green',
  failed: 'red',
  cancelled: 'yellow',
}

export const paintStatus = (terminal: Terminal) => (text: string) => terminal.paint(STATUS_COLOURS[text.trim()], text)

export const hasEnded = (status: string) => status === 'completed' || status === 'failed' || status === 'cancelled'

/** Why a job failed or was cancelled; empty otherwise. */
export function reasonOf({ error, cancel }: Partial<Pick<Job, 'error' | 'cancel'>>): string {
  if (error) return `${error.message} (${error.code})`
  return cancel ? `${cancel.by.name}: ${cancel.reason}` : ''
}
