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

/** A job, as far as it is shown here. */
export interface Job {
  id: string
  kind: string
  queue: string
  status: string
  attempt: number
  max_attempts: number
  progress: unknown
  steps: { name: string; status: string; started_at: string | null; ended_at: string | null; lines: number }[]
  parent_id: string | null
  input: unknown
  result: unknown
  error: { code: string; message: string } | null
  cancel: { reason: string; by: { name: string }; at: string } | null
  reason: string | null
  run_at: string | null
  created_at: string
  started_at: string | null
  ended_at: string | null
  created_by: { name: string }
  worker: string | null
}

export const hasEnded = (status: string) => status === 'completed' || status === 'failed' || status === 'cancelled'

/** Why a job ended as it did, in a few words. */
export function reasonOf({ error, cancel }: Partial<Pick<Job, 'error' | 'cancel'>>): string {
  if (error) return `${error.message} (${error.code})`
  return cancel ? `${cancel.by.name}: ${cancel.reason}` : ''
}
