import type { Host } from '../../../src/contract/hosts'
import type { HostConfiguration } from '../../../src/contract/packs'
import { formatBytes } from '../../../text/numbers'
import { Ago } from '../../components/time'
import { useFetch } from '../../use-fetch'

/** Why a host does not run its schedule. */
export function HostWarnings({ host }: { host: Pick<Host, 'id' | 'schedule_lost_at'> }) {
  const { value } = useFetch('/api/hosts/{id}/configuration', { id: host.id }, { everyMs: INTERVAL_MS })
  return (
    <>
      {host.schedule_lost_at !== null && <ScheduleLost host={host} />}
      {value.value?.too_large && <TooLarge configuration={value.value} />}
    </>
  )
}

function ScheduleLost({ host }: { host: Pick<Host, 'id' | 'schedule_lost_at'> }) {
  return (
    <p class="notice" role="status">
      <b>This agent has no schedule</b>, although it was sent one (since <Ago time={host.schedule_lost_at} />
      ). Either a proxy has replied with an empty body, or the agent has rejected its configuration: its{' '}
      <a href={`/hosts/${host.id}?tab=log`}>log</a> may say why. <i>Refresh</i> checks again.
    </p>
  )
}

function TooLarge({ configuration: { packs, bytes, bytes_max } }: { configuration: HostConfiguration }) {
  const names = [...packs].sort((a, b) => b.bytes - a.bytes).map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`)
  return (
    <p class="notice" role="status">
      <b>The packs for this host are too large.</b> Together they have {formatBytes(bytes)}, but its osquery accepts
      only {formatBytes(bytes_max)}, so it keeps its previous configuration: {names.slice(0, LISTED_MAX).join(', ')}
      {names.length > LISTED_MAX && ` and ${names.length - LISTED_MAX} more`}. Split them by platform or label.
    </p>
  )
}

/** As often as an agent reads its configuration. */
const INTERVAL_MS = 60_000
const LISTED_MAX = 10
