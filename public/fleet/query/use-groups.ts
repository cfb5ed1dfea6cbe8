import { useFetchOf } from '../../use-fetch'
import { type LabelCount, type PlatformCount, platformChoices } from './target-count'

const EVERY_MS = 30_000

/** The groups that can be targeted, with their sizes; `online` counts all hosts. */
export function useGroups() {
  const hosts = useFetchOf<{ counts: Record<'online' | 'offline' | 'missing', number> }>('/api/hosts?limit=1', EVERY_MS)
  const platforms = useFetchOf<{ items: PlatformCount[] }>('/api/hosts/platforms', EVERY_MS)
  const labels = useFetchOf<{ items: LabelCount[] }>('/api/labels?limit=500', EVERY_MS)
  const counts = hosts.value.value?.counts
  return {
    isRead: counts !== undefined,
    total: counts ? counts.online + counts.offline + counts.missing : 0,
    online: counts?.online ?? 0,
    platforms: platformChoices(platforms.value.value?.items ?? []),
    labels: labels.value.value?.items ?? [],
    problem: hosts.problem.value,
  }
}
