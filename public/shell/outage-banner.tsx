import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatClock } from '../../text/times'
import { Moment } from '../components/time'
import { outage, tryNow } from '../outage'

/** Says that what is shown is old, and since when. */
export function OutageBanner() {
  if (!outage.value) return null
  const { since, nextTryAt } = outage.value
  return (
    <div class="banner" role="alert">
      <b>Tailrace cannot be reached.</b>
      <span>
        Shown as of <Moment time={new Date(since).toISOString()}>{formatClock(since)}</Moment>.{' '}
        <Countdown to={nextTryAt} />
      </span>
      <button type="button" onClick={() => void tryNow()}>
        Retry now
      </button>
    </div>
  )
}

/** It has a timer of its own: the clock of the page stands still meanwhile. */
function Countdown({ to }: { to: number }) {
  const left = useSignal(0)
  useEffect(() => {
    const count = () => (left.value = Math.max(0, Math.ceil((to - Date.now()) / 1_000)))
    count()
    const timer = setInterval(count, 500)
    return () => clearInterval(timer)
  }, [to])
  return <span aria-hidden="true">{left.value > 0 ? `Retrying in ${left.value} s.` : 'Retrying…'}</span>
}
