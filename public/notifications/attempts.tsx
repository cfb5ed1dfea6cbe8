import type { Notification } from '../../src/contract/receivers'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { Moment } from '../components/time'

/** How often a notification was tried, and what the receiver answered each time. */
export function Attempts({ notification: { attempts } }: { notification: Notification }) {
  const last = attempts.at(-1)
  if (!last) return null
  return (
    <details class="attempts">
      <summary>
        {counted(attempts.length, 'attempt')}
        {!last.ok && <span class="is-bad">, the last failed: {last.error ?? answerWords(last.status_code)}</span>}
      </summary>
      <ol>
        {attempts.map(({ at, ok, status_code, error, duration_ms }) => (
          <li key={at}>
            <Moment time={at} /> <span class={ok ? 'is-good' : 'is-bad'}>{ok ? 'accepted' : 'failed'}</span>{' '}
            {error ?? answerWords(status_code)} <span class="hint">{formatDuration(duration_ms)}</span>
          </li>
        ))}
      </ol>
    </details>
  )
}

const answerWords = (status: number | null) => (status === null ? '' : `answer ${status}`)
