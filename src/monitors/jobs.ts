import { formatDuration } from '../../text/times'
import { z } from '../base/parse'
import type { JobOutcome } from '../contract/jobs'
import { defineKind } from '../jobs'
import { isExpectStatus, STATUS_RULE } from './checks/expect'
import { headerFaults } from './checks/header-faults'
import { isSecretHeader } from './checks/headers'
import type { HttpOutcome } from './checks/outcome'
import { urlProblem } from './checks/url'

const TIMEOUT_MS_MAX = 120_000
/** Above any check's own timeout: it only ends a check that hangs because of a bug. */
const TIME_LIMIT_MS = TIMEOUT_MS_MAX + 30_000

/** Refused because inputs are stored unchanged and shown to everybody in the tenant. */
const NO_SECRETS =
  'it looks like a secret, and the input of a job is stored readable. Check an address that needs none, such as one for health checks'

const url = z
  .string()
  .max(2_048)
  .superRefine((text, context) => {
    const problem = urlProblem(text, () => NO_SECRETS)
    if (problem) context.addIssue({ code: 'custom', message: problem })
  })

const headers = z.record(z.string(), z.string().max(8_192)).superRefine((all, context) => {
  const refuse = (name: string, value: string) =>
    isSecretHeader(name, value) ? `must not be given: ${NO_SECRETS}` : undefined
  for (const { path, message } of headerFaults(all, refuse)) {
    context.addIssue({ code: 'custom', ...(path && { path: [path] }), message })
  }
})

const status = z.union([z.number(), z.string().max(200)])
const expectStatus = z.union([status, z.array(status).max(50)]).refine(isExpectStatus, STATUS_RULE)

/**
 * One immediate check of a web server. If the server is down, the job *completes* with a result that says so. There is
 * only one attempt, because a second check would be another measurement (and would send a POST twice); retrying to
 * confirm a failure is up to the monitor.
 */
export const healthCheck = defineKind({
  name: 'health-check',
  queue: 'checks',
  input: z.strictObject({
    url,
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
    headers: headers.default({}),
    timeout_ms: z.number().int().min(100).max(TIMEOUT_MS_MAX).default(10_000),
    expect_status: expectStatus.optional(),
    follow_redirects: z.boolean().default(true),
  }),
  outcome,
  options: { attempts: 1, timeLimitMs: TIME_LIMIT_MS },
})

/** `200 in 120 ms`, or why the server counts as down. */
function outcome({ error, status_code, latency_ms, warnings }: HttpOutcome): JobOutcome {
  if (error) return { level: 'bad', text: error.message }
  const text = `${status_code} in ${formatDuration(latency_ms)}`
  const [first] = warnings
  return first ? { level: 'warn', text: `${text}. ${first.message}` } : { level: 'ok', text }
}
