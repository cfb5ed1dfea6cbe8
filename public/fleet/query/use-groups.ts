import { useFetch } from '../../use-fetch'
import { platformChoices } from './target-count'

const POLL_MS = 30_000

/** The platforms and labels that can be targeted, with their sizes; `total` and `online` count all hosts. */
export function useGroups() {
  const hosts = useFetch('/api/hosts', { limit: 1 }, { pollMs: POLL_MS })
  const platforms = useFetch('/api/hosts/platforms', {}, { pollMs: POLL_MS })
  const labels = useFetch('/api/labels', { limit: 500 }, { pollMs: POLL_MS })
  const counts = hosts.value.value?.counts
  return {
    isRead: counts !== undefined,
    /** Whether the platforms and labels are known. */
    areListed: platforms.value.value !== null && labels.value.value !== null,
    total: counts ? counts.online + counts.offline + counts.missing : 0,
    online: counts?.online ?? 0,
    platforms: platformChoices(platforms.value.value?.items ?? []),
    labels: labels.value.value?.items ?? [],
    problem: hosts.problem.value,
  }
}
