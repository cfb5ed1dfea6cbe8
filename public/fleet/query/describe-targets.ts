import type { Targets } from '../../../src/contract/queries'
import { counted } from '../../../text/numbers'

/** Describes targets: `all hosts`, `darwin, label web`, `3 selected hosts`. */
export function describeTargets({ all, host_ids = [], platforms = [], labels = [] }: Targets): string {
  if (all) return 'all hosts'
  const parts = [
    ...platforms,
    ...(labels.length > 0 ? [`${labels.length === 1 ? 'label' : 'labels'} ${labels.join(', ')}`] : []),
    ...(host_ids.length > 0 ? [counted(host_ids.length, 'selected host')] : []),
  ]
  return parts.join(', ') || 'no hosts'
}
