import { createHash } from 'node:crypto'
import type { JobError } from '../../contract/jobs'
import type { JobState } from './job'

/** Code of jobs that completed with a bad result. */
export const BAD_RESULT = 'bad_result'

const PATTERN_MAX = 300

/** What differs between failures with the same cause, most specific first. */
const VARIABLE_PARTS: readonly [RegExp, string][] = [
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s'"<>)]+/gi, '<url>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, '<time>'],
  [/(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?![\w.])/g, '<address>'],
  [/"[^"\n]{1,200}"|'[^'\n]{1,200}'|`[^`\n]{1,200}`/g, '<text>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/gi, '<hex>'],
  [/\d+(?:[.,]\d+)*/g, '<n>'],
]

/** An error message without its variable parts: numbers, ids, addresses, quoted text. */
export function patternOf(message: string): string {
  const text = VARIABLE_PARTS.reduce((left, [pattern, word]) => left.replace(pattern, word), message)
  return text.replace(/\s+/g, ' ').trim().slice(0, PATTERN_MAX)
}

/** Groups failures: the same for all of a kind with the same code and message, apart from variable parts. */
export const fingerprintOf = (kind: string, { code, message }: JobError): string =>
  createHash('sha256')
    .update(JSON.stringify([kind, code, patternOf(message)]))
    .digest('hex')
    .slice(0, 16)

/** Why a job went wrong: the error of a failed job, or the bad result of a completed one. */
export function causeOf({ status, error, outcome }: Pick<JobState, 'status' | 'error' | 'outcome'>): JobError | null {
  if (status === 'failed') return error
  return status === 'completed' && outcome?.level === 'bad' ? { code: BAD_RESULT, message: outcome.text } : null
}

/** The fingerprint of a job that went wrong; null for any other job. */
export function causeFingerprint(job: Pick<JobState, 'kind' | 'status' | 'error' | 'outcome'>): string | null {
  const cause = causeOf(job)
  return cause && fingerprintOf(job.kind, cause)
}
