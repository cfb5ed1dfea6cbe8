import { useSignal } from '@preact/signals'
import type { Mutes } from '../../src/contract/alerts'
import type { SilenceItem } from '../../src/contract/silences'
import { counted } from '../../text/numbers'
import { formatDateTime } from '../../text/times'
import { useFetch } from '../use-fetch'
import { nameOf } from './alert'

/** Silences by id, as far as they are known. */
export type KnownSilences = ReadonlyMap<string, SilenceItem>

interface MuteWordsProps {
  mutes: Mutes
  silences: KnownSilences
}

/** Why an alert is muted, in a word that leads to the reason, and how many more reasons there are. */
export function ShortMutes({ mutes, silences }: MuteWordsProps) {
  const [reason] = reasonsOf({ mutes, silences })
  const more = mutes.silenced_by.length + mutes.inhibited_by.length + mutes.maintenance.length - 1
  if (!reason) return null
  return (
    <span class="mutes">
      <a href={reason.href} title={reason.title}>
        {reason.word}
      </a>
      {more > 0 && <span class="hint">+{more}</span>}
    </span>
  )
}

const reasonsOf = ({ mutes, silences }: MuteWordsProps) => [
  ...mutes.silenced_by.map(id => ({
    word: 'silenced',
    href: silenceAddress(id),
    title: silenceWords(silences.get(id)),
  })),
  ...mutes.inhibited_by.map(fingerprint => ({
    word: 'inhibited',
    href: `/alerts/${fingerprint}`,
    title: 'Another alert that fires inhibits it',
  })),
  ...mutes.maintenance.map(name => ({ word: 'maintenance', href: '/silences?tab=maintenance', title: name })),
]

/** Each inhibiting alert is looked up for its name, so more are shown on demand. */
const INHIBITING_MAX = 3

/** Every reason why an alert is muted. */
export function MuteSentences({ mutes, silences }: MuteWordsProps) {
  const isWhole = useSignal(false)
  const inhibiting = isWhole.value ? mutes.inhibited_by : mutes.inhibited_by.slice(0, INHIBITING_MAX)
  const more = mutes.inhibited_by.length - inhibiting.length
  return (
    <ul class="mute-sentences">
      {mutes.silenced_by.map(id => (
        <li key={id}>
          Silenced by <a href={silenceAddress(id)}>{silenceWords(silences.get(id))}</a>.
        </li>
      ))}
      {inhibiting.map(fingerprint => (
        <li key={fingerprint}>
          Inhibited while <AlertName fingerprint={fingerprint} /> fires.
        </li>
      ))}
      {more > 0 && (
        <li>
          <button type="button" class="link" onClick={() => (isWhole.value = true)}>
            {counted(more, 'more inhibiting alert')}
          </button>
        </li>
      )}
      {mutes.maintenance.map(name => (
        <li key={name}>
          Muted by the maintenance window <a href="/silences?tab=maintenance">{name}</a>.
        </li>
      ))}
    </ul>
  )
}

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
