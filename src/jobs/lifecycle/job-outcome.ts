import { clean } from '../../../text/display'
import { counted, formatCount } from '../../../text/numbers'
import type { Cancel, JobError, JobOutcome } from '../../contract/jobs'

const CHARACTERS_MAX = 200

/** One line that PostgreSQL can hold: without control characters, and not too long. */
const short = (text: string) => {
  const characters = [...clean(text).trim()]
  return characters.length > CHARACTERS_MAX
    ? `${characters.slice(0, CHARACTERS_MAX - 1).join('')}…`
    : characters.join('')
}

/** An outcome as it is stored and shown. */
export const shortened = ({ level, text }: JobOutcome): JobOutcome => ({ level, text: short(text) })

export const outcomeOfFailure = (error: JobError | null): JobOutcome =>
  shortened({ level: 'bad', text: error?.message || error?.code || 'Failed' })

export const outcomeOfCancel = (cancel: Cancel | null): JobOutcome =>
  shortened({ level: 'warn', text: cancel ? `Cancelled by ${cancel.by.name}: ${cancel.reason}` : 'Cancelled' })

/** Children of a job, as far as their ends say something about it. */
export interface ChildEnds {
  total: number
  failed: number
}

/** A parent whose children failed did not come out well, whatever it returned itself. */
export function outcomeOfParent(own: JobOutcome | null, { total, failed }: ChildEnds): JobOutcome | null {
  if (failed === 0 || own?.level === 'bad') return own
  const level = failed === total ? 'bad' : 'warn'
  return { level, text: `${formatCount(failed)} of ${counted(total, 'child job')} failed` }
}
