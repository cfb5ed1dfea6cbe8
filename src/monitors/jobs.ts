import { validateHeaderName, validateHeaderValue } from 'node:http'
import { formatDuration } from '../../text/times'
import { hostNameProblem } from '../base/host-name'
import { z } from '../base/parse'
import type { JobOutcome } from '../contract/jobs'
import { defineKind } from '../jobs'
import { isExpectStatus } from './checks/expect'
import { isFramingHeader, isSecretHeader, secretInUrl } from './checks/headers'
import type { HttpOutcome } from './checks/outcome'

const HEADERS_MAX = 50
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
    const problem = urlProblem(text)
    if (problem) context.addIssue({ code: 'custom', message: problem })
  })

function urlProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'must be a complete URL, such as https://example.org/'
  const address = new URL(text)
  if (address.protocol !== 'http:' && address.protocol !== 'https:') return 'must begin with http:// or https://'
  const secret = secretInUrl(address)
  if (secret) return `must not contain ${secret}: ${NO_SECRETS}`
  if (address.port === '0') return 'must not have port 0'
  const problem = hostNameProblem(address.hostname)
  return problem && `must have a valid host name: this one ${problem}`
}

const headers = z.record(z.string(), z.string().max(8_192)).superRefine((all, context) => {
  const names = Object.keys(all)
  if (names.length > HEADERS_MAX) context.addIssue({ code: 'custom', message: `must not be more than ${HEADERS_MAX}` })
  const seen = new Set<string>()
  for (const name of names) {
    const isRepeated = seen.has(name.toLowerCase())
    seen.add(name.toLowerCase())
    const problem = isRepeated ? 'is given twice: the names differ only in case' : headerProblem(name, all[name] ?? '')
    if (problem) context.addIssue({ code: 'custom', path: [name], message: problem })
  }
})

function headerProblem(name: string, value: string): string | undefined {
  if (isSecretHeader(name, value)) return `must not be given: ${NO_SECRETS}`
  if (isFramingHeader(name)) return 'is set by the program itself'
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return undefined
  } catch {
    return 'contains a character that HTTP does not allow'
  }
}

const status = z.union([z.number(), z.string().max(200)])
const expectStatus = z
  .union([status, z.array(status).max(50)])
  .refine(isExpectStatus, 'must be a status (200), a range ("200-299") or a list of these, from 100 to 999')

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
