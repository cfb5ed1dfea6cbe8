export { type Access, type AccessDeps, createAccess } from './access'
export { AUDIT_ROLE, type Audit, type AuditEntry } from './audit'
export { confirmAdmin } from './confirm'
export { type Call, type Endpoint, endpoint, type OpenCall, ok, openEndpoint, type Reply } from './endpoint'
export {
  type Actor,
  DEFAULT_TENANT_ID,
  may,
  type Principal,
  ROLES,
  type Role,
  requireInstallation,
  runsInstallation,
} from './principal'
export { isForeign, refuseSecretsInUrl } from './requests'
export type { Bus } from './revocations'
export { actorSchema, pageOf, plainText, reason, reasonQuery } from './schemas'
export type { StreamSlots } from './stream-slots'
export type { Admission, CheckTopics } from './tickets'
