import type { FailureCode } from '../../base/failure'

/** Failures that are often over a little later. All others need a change at the server, in DNS or in the link. */
const PASSING: ReadonlySet<FailureCode> = new Set([
  'dns_failed',
  'dns_timeout',
  'connection_refused',
  'connection_timeout',
  'connection_reset',
  'unreachable',
  'tls_closed',
  'tls_timeout',
  'response_empty',
  'response_incomplete',
  'body_incomplete',
  'timeout',
])

/** Whether another try may succeed. */
export const mayPass = (code: FailureCode) => PASSING.has(code)
