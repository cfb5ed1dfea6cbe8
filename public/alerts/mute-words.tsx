import type { Mutes } from '../../src/contract/alerts'
import type { SilenceItem } from '../../src/contract/silences'
import { formatDateTime } from '../../text/times'
import { useFetch } from '../use-fetch'
import { nameOf } from './alert'

/** Silences by id, as far as they are known. */
export type KnownSilences = ReadonlyMap<string, SilenceItem>

interface MuteWordsProps {
  mutes: Mutes
  silences: KnownSilences
}

/** Why an alert is muted, in a few words that lead to the reasons. */
export const ShortMutes = ({ mutes: { silenced_by, inhibited_by, maintenance }, silences }: MuteWordsProps) => (
  <span class="mutes">
    {silenced_by.slice(0, 1).map(id => (
      <a
        key={id}
        href={silenceAddress(id)}
        title={silenced_by.map(each => silenceWords(silences.get(each))).join('\n')}
      >
        silenced
      </a>
    ))}
    {inhibited_by.slice(0, 1).map(fingerprint => (
      <a key={fingerprint} href={`/alerts/${fingerprint}`} title={`${inhibited_by.length} firing alerts inhibit it`}>
        inhibited
      </a>
    ))}
    {maintenance.length > 0 && (
      <a href="/silences?tab=maintenance" title={maintenance.join('\n')}>
        maintenance
      </a>
    )}
  </span>
)

/** Every reason why an alert is muted. */
export const MuteSentences = ({ mutes, silences }: MuteWordsProps) => (
  <ul class="mute-sentences">
    {mutes.silenced_by.map(id => (
      <li key={id}>
        Silenced by <a href={silenceAddress(id)}>{silenceWords(silences.get(id))}</a>.
      </li>
    ))}
    {mutes.inhibited_by.map(fingerprint => (
      <li key={fingerprint}>
        Inhibited while <AlertName fingerprint={fingerprint} /> fires.
      </li>
    ))}
    {mutes.maintenance.map(name => (
      <li key={name}>
        Muted by the maintenance window <a href="/silences?tab=maintenance">{name}</a>.
      </li>
    ))}
  </ul>
)

/** The name of a firing alert, as soon as it is known. */
function AlertName({ fingerprint }: { fingerprint: string }) {
  const { value } = useFetch('/api/alerts/{fingerprint}', { fingerprint })
  return <a href={`/alerts/${fingerprint}`}>{value.value ? nameOf(value.value) : `alert ${fingerprint}`}</a>
}

const silenceAddress = (id: string) => `/silences?silence=${encodeURIComponent(id)}`

const silenceWords = (silence: SilenceItem | undefined) =>
  silence === undefined
    ? 'a silence'
    : `“${silence.comment}” of ${silence.created_by}, until ${formatDateTime(silence.ends_at)}`
