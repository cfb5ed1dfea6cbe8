import type { SilenceItem } from '../../src/contract/silences'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { alertSearchOf } from '../alerts/filters'
import { matcherText } from '../alerts/matcher-text'
import { client } from '../api'
import { now } from '../clock'
import { ConfirmButton } from '../components/confirm-button'
import { Ago, Moment } from '../components/time'
import { isOperator } from '../session'
import { EXTENSIONS, extendedEnd } from './draft'
import type { SilenceDraft } from './silence-dialog'

interface SilenceCardProps {
  silence: SilenceItem
  /** Null where nothing can be selected. */
  onPick: (() => void) | null
  isPicked: boolean
  /** Reports whether it was refused. */
  onChange(work: Promise<unknown>): void
  onChanged(): void
  onEdit(draft: SilenceDraft): void
}

/** A silence: what it mutes, why, until when, and how to change that. */
export function SilenceCard({ silence, onPick, isPicked, ...actions }: SilenceCardProps) {
  const { id, matchers, comment, created_by, state, muted_count } = silence
  const texts = matchers.map(matcherText)
  return (
    <li class={`silence is-silence-${state}${isPicked ? ' is-selected' : ''}`} data-silence={id}>
      {onPick && isOperator.value ? (
        <input type="checkbox" class="pick" aria-label={`Select ${comment}`} checked={isPicked} onChange={onPick} />
      ) : (
        <span class="pick" />
      )}
      <div class="silence-what">
        <p class="silence-matchers">
          {texts.map(text => (
            <code key={text} class="tag">
              {text}
            </code>
          ))}
        </p>
        <p class="silence-facts">
          <b>{comment}</b>
          <span>by {created_by}</span>
          <Times silence={silence} />
          {muted_count !== null && (
            <a href={`/alerts${alertSearchOf({ state: 'suppressed', filter: texts })}`}>
              mutes {counted(muted_count, 'alert')} now
            </a>
          )}
        </p>
      </div>
      {isOperator.value && <Actions silence={silence} {...actions} />}
    </li>
  )
}

const ENDING_SOON_MS = 5 * 60_000

function Times({ silence: { state, starts_at, ends_at } }: { silence: SilenceItem }) {
  if (state === 'expired') {
    return (
      <span>
        ended <Ago time={ends_at} />
      </span>
    )
  }
  const toStart = Date.parse(starts_at) - now.value
  const left = Date.parse(ends_at) - now.value
  if (state === 'pending') {
    return (
      <span>
        starts <Moment time={starts_at}>{toStart > 0 ? `in ${roughly(toStart)}` : 'now'}</Moment>, for{' '}
        {formatDuration(Date.parse(ends_at) - Date.parse(starts_at))}
      </span>
    )
  }
  return (
    <span class={left < ENDING_SOON_MS ? 'is-warn' : undefined}>
      ends <Moment time={ends_at}>{left > 0 ? `in ${roughly(left)}` : 'now'}</Moment>
    </span>
  )
}

/** Without seconds, as long as they do not matter. */
const roughly = (ms: number) => formatDuration(ms > ENDING_SOON_MS ? Math.floor(ms / 60_000) * 60_000 : ms)

type ActionsProps = Pick<SilenceCardProps, 'silence' | 'onChange' | 'onChanged' | 'onEdit'>

function Actions({ silence, onChange, onChanged, onEdit }: ActionsProps) {
  const { id, comment, state, matchers, ends_at } = silence
  const extend = (ms: number) =>
    onChange(client.patch('/api/silences/{id}', { id, body: { ends_at: extendedEnd(ends_at, ms, Date.now()) } }))
  return (
    <div class="silence-actions">
      {state !== 'expired' &&
        EXTENSIONS.map(({ name, ms }) => (
          <button key={ms} type="button" aria-label={`Extend ${comment} by ${name}`} onClick={() => extend(ms)}>
            {name}
          </button>
        ))}
      {state !== 'expired' && (
        <button type="button" onClick={() => onEdit({ matchers, silence })}>
          Edit
        </button>
      )}
      <button type="button" title="A new silence with the same matchers" onClick={() => onEdit({ matchers, comment })}>
        Copy
      </button>
      {state !== 'expired' && (
        <ConfirmButton
          label="End now"
          confirmLabel="End silence"
          effect={`“${comment}” no longer mutes anything. Whoever was told of an alert that still fires is told again.`}
          done="Silence ended"
          onConfirm={async reason => {
            await client.delete('/api/silences/{id}', { id, reason })
            onChanged()
          }}
        />
      )}
    </div>
  )
}
