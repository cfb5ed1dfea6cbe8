import type { Targets } from '../../../src/contract/queries'
import { counted } from '../../../text/numbers'

/** The targets in a few words: `all hosts`, `darwin, label web`, `3 hosts`. */
export function targetWords({ all, host_ids = [], platforms = [], labels = [] }: Targets): string {
  if (all) return 'all hosts'
  const parts = [
    ...platforms,
    ...(labels.length > 0 ? [`${labels.length === 1 ? 'label' : 'labels'} ${labels.join(', ')}`] : []),
    ...(host_ids.length > 0 ? [counted(host_ids.length, 'chosen host')] : []),
  ]
  return parts.join(', ') || 'no hosts'
}
