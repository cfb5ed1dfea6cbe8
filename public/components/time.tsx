import { formatAgo, formatDateTime } from '../../text/times'
import { now } from '../clock'

/** The page's clock ticks once a second, and the server's may be a little ahead of it. */
const TICK_MS = 2_000

/** How long ago, with the exact time for those who point at it. */
export function Ago({ time, never = 'never' }: { time: string | null; never?: string }) {
  if (time === null) return <span class="hint">{never}</span>
  const isAhead = Date.parse(time) > now.value + TICK_MS
  return (
    <time dateTime={time} title={time}>
      {isAhead ? formatDateTime(time) : formatAgo(time, now.value)}
    </time>
  )
}
