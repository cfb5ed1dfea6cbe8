import type { Job } from '../src/contract/jobs'
import type { Context } from './command'
import { EXIT } from './exit'
import { follow } from './follow'
import { outcomeText, ranText } from './output/job-lines'
import { jsonPrinter, textPrinter } from './output/printer'

export interface FollowJobOptions {
  isJson: boolean
  /** How long to wait for a server that is down; 0: forever. */
  patienceMs: number
}

/** Follows the log of a job until it ends. @returns the exit code: whether it completed */
export async function followJob(
  context: Context,
  { id }: Pick<Job, 'id'>,
  { isJson, patienceMs }: FollowJobOptions,
): Promise<number> {
  const { terminal, api } = context
  context.requireOutcome()
  const printer = isJson ? jsonPrinter(terminal) : textPrinter(terminal)
  const request = { topic: `job:${id}`, filter: { limit: 'all' as const }, patienceMs }
  const ending = follow(context, request, printer)
  context.onInterrupt(
    () =>
      `The job is still running. Follow it: tailrace tail job ${id}   Cancel it: tailrace cancel ${id} --reason ...`,
  )
  await ending
  const job = await api.get('/api/jobs/{id}', { id })
  if (isJson) terminal.json({ event: 'job', ...job })
  else terminal.note(summaryOf(job))
  return job.status === 'completed' ? EXIT.ok : EXIT.failed
}

function summaryOf(job: Job): string {
  const ran = job.ran_ms === null ? '' : ` after ${ranText(job)}`
  const result = outcomeText(job)
  return `${result && `${result}\n`}Job ${job.id} ${job.status}${ran}`
}
