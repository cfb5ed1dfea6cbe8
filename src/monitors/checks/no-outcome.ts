import type { CheckOutcome } from '../../contract/checks'

/** The outcome of a check that measured nothing. */
export const noOutcome = (status: CheckOutcome['status'], error: CheckOutcome['error']): CheckOutcome => ({
  status,
  checked_at: new Date().toISOString(),
  latency_ms: null,
  phases_ms: { dns: null, connect: null, tls: null, first_byte: null, transfer: null },
  status_code: null,
  tls: null,
  error,
  warnings: [],
  details: {},
  answer: null,
})
