import { useFetch } from '../../use-fetch'

/** The agent that runs on the same machine as a host. */
export function SameAgent({ hardwareUuid }: { hardwareUuid: string }) {
  const { value } = useFetch('/api/agents', { hardware_uuid: hardwareUuid, limit: 1 })
  const [agent] = value.value?.items ?? []
  return agent ? <a href={`/agents/${agent.id}`}>{agent.name}</a> : <span class="hint">none</span>
}
