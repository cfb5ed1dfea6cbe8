import type { JobOutcome } from '../../src/contract/jobs'
import { Status } from './status'

interface Ended {
  status: string
  outcome: JobOutcome | null
}

/** Color is never the only sign. What failed is marked in full; a bad result of what completed, in outline. */
const MARKS = { ok: '✓', warn: '!', bad: '✕' }
const WORDS = { ok: '', warn: 'Warning: ', bad: 'Problem: ' }

/** What a job or a query came to; its state as long as it has not ended. A result is not a state. */
export function Outcome({ of: { status, outcome } }: { of: Ended }) {
  if (!outcome) return <Status status={status} />
  const { level, text } = outcome
  return (
    <span class={`outcome is-${level}${status === 'failed' ? ' is-failure' : ''}`} title={text}>
      <span class="outcome-mark" aria-hidden="true">
        {MARKS[level]}
      </span>
      <span class="hidden">{WORDS[level]}</span>
      <span class="outcome-text">{text}</span>
    </span>
  )
}

/** For the title of a document. */
export const outcomeWords = ({ status, outcome }: Ended) =>
  outcome ? `${MARKS[outcome.level]} ${outcome.text}` : status
