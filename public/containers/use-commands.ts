import { useEffect } from 'preact/hooks'
import { watch } from '../live'
import { useFetch } from '../use-fetch'
import { useThrottle } from '../use-throttle'

const POLL_MS = 30_000
const SOON_MS = 200
const SHOWN = 10

/** The latest actions on a container, or on those of an agent, kept up to date by events of its topic. */
export function useCommands(of: { agent: string } | { container: string }) {
  const commands = useFetch('/api/commands', { ...of, limit: SHOWN }, { pollMs: POLL_MS })
  const topic = 'agent' in of ? `agent:${of.agent}` : `container:${of.container}`
  const soon = useThrottle(SOON_MS, () => void commands.read(), topic)
  useEffect(
    () =>
      watch(topic, {
        onEvent: ({ type }) => {
          if (type === 'command_updated') soon()
        },
        onGap: soon,
      }),
    [topic],
  )
  return commands
}
