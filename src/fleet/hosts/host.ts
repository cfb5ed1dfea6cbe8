export const HOST_STATUSES = ['online', 'offline', 'missing'] as const
export type HostStatus = (typeof HOST_STATUSES)[number]

/** A host as its events tell of it. */
export interface HostNote {
  tenantId: string
  id: string
  hostIdentifier: string
  hostname: string
  platform: string
  status: HostStatus
  lastSeenAt: Date
}
