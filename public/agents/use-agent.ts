import { useEffect } from 'preact/hooks'
import type { Agent } from '../../src/contract/agents'
import { watch } from '../live'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'

const POLL_MS = 15_000
/** After events. */
const SOON_MS = 500

/** An agent, kept up to date by events. */
export function useAgent(id: string) {
  const agent = useFetch('/api/agents/{id}', { id }, { pollMs: POLL_MS })
  const soon = useThrottle(SOON_MS, () => void agent.read(), id)
  useEffect(
    () =>
      watch(`agent:${id}`, {
        onStatus: soon,
        onEvent: ({ type }) => {
          if (type !== 'metrics') soon()
        },
        onGap: soon,
      }),
    [id],
  )
  return {
    agent,
    /** Takes what a request has answered. */
    take(next: Agent) {
      agent.value.value = next
    },
  }
}
