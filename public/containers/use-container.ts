import { useEffect } from 'preact/hooks'
import { watch } from '../live'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'

const POLL_MS = 15_000
/** After events. */
const SOON_MS = 300

/** A container, kept up to date by events of its topic. */
export function useContainer(id: string) {
  const container = useFetch('/api/containers/{id}', { id }, { pollMs: POLL_MS })
  const soon = useThrottle(SOON_MS, () => void container.read(), id)
  useEffect(() => watch(`container:${id}`, { onStatus: soon, onEvent: soon, onGap: soon }), [id])
  return container
}
