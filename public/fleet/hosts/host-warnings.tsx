import type { Host } from '../../../src/contract/hosts'
import type { HostConfiguration } from '../../../src/contract/packs'
import { formatBytes } from '../../../text/numbers'
import { Ago } from '../../components/time'
import { useFetch } from '../../use-fetch'

/** Warnings that explain why a host does not run its schedule. */
export function HostWarnings({ host }: { host: Pick<Host, 'id' | 'schedule_lost_at'> }) {
  const { value } = useFetch('/api/hosts/{id}/configuration', { id: host.id }, { pollMs: INTERVAL_MS })
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
      ). Either a proxy replied with an empty body, or the agent rejected its configuration; its{' '}
      <a href={`/hosts/${host.id}?tab=log`}>log</a> may say why. <i>Refresh</i> checks again.
    </p>
  )
}

function TooLarge({ configuration: { packs, bytes, bytes_max } }: { configuration: HostConfiguration }) {
  const names = [...packs].sort((a, b) => b.bytes - a.bytes).map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`)
  return (
    <p class="notice" role="status">
      <b>The packs for this host are too large.</b> They have {formatBytes(bytes)} in total, but this version of osquery
      accepts only {formatBytes(bytes_max)}. The host keeps its previous configuration. Split the packs by platform or
      label: {names.slice(0, LISTED_MAX).join(', ')}
      {names.length > LISTED_MAX && ` and ${names.length - LISTED_MAX} more`}.
    </p>
  )
}

/** Polling interval; agents read their configuration as often. */
const INTERVAL_MS = 60_000
const LISTED_MAX = 10
