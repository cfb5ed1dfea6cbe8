import type { HostCounts, HostStatus } from '../contract/hosts'

/** Hosts by status, with 0 for a status that no host has. */
export function hostCountsOf(found: readonly { status: HostStatus; count: number }[]): HostCounts {
  const counts = { online: 0, offline: 0, missing: 0 }
  for (const { status, count } of found) counts[status] = count
  return counts
}
