import { may, type Principal, runsInstallation } from '../../api'
import { redact } from '../../base/redact'
import type { Job } from '../../contract/jobs'

/**
 * A job as this principal may see it: for viewers, input, result and error are redacted, and only users who run the
 * installation see which worker ran it.
 */
export function shownTo(principal: Principal, given: Job): Job {
  const job = withoutWorker(principal, given)
  if (may(principal, 'operator')) return job
  return { ...job, input: redact(job.input), result: redact(job.result), error: redact(job.error) as Job['error'] }
}

export const withoutWorker = <T extends { worker: string | null }>(principal: Principal, shown: T): T =>
  runsInstallation(principal) ? shown : { ...shown, worker: null }
