export { type MutesNow, Muting, NOT_MUTED, type TenantMuting } from './muting'
