export { bumpHead, type Heads, readHeads } from './heads-store'
export type { Intake } from './intake'
export {
  changedOccurrences,
  type FoundOccurrences,
  findOccurrence,
  findOccurrences,
  occurrencesOf,
  resolvedOccurrences,
  type StoredOccurrence,
} from './occurrence-store'
export { createOccurrences, type Occurrences } from './occurrences'
export { hasEnded, type IncomingAlert, type OpenAlert, RESOLVE_TIMEOUT_MS, type TenantAlerts } from './open-alert'
export type { OpenAlerts } from './open-alerts'
export type { RaiseItem } from './raise-effect'
export type { Raised, Raises, Resolved } from './raises'
