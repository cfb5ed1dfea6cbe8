import type { ComponentChildren } from 'preact'
import { formatAgo, formatDateTime, formatUtc } from '../../text/times'
import { now } from '../clock'

/** Times this close count as past: the page's clock is updated once a second and may lag behind the server's. */
const TOLERANCE_MS = 2_000

interface AgoProps {
  time: string | null
  never?: string
  /** For times to come; default: when. */
  future?: string
}

/** A relative time, with the exact one as a tooltip. */
export function Ago({ time, never = 'never', future }: AgoProps) {
  if (time === null) return <span class="hint">{never}</span>
  const isFuture = Date.parse(time) > now.value + TOLERANCE_MS
  return <Moment time={time}>{isFuture ? (future ?? formatDateTime(time)) : formatAgo(time, now.value)}</Moment>
}

/** A time in local terms, or as its children say it, with UTC as a tooltip. */
export const Moment = ({ time, children }: { time: string; children?: ComponentChildren }) => (
  <time dateTime={time} title={formatUtc(time)}>
    {children ?? formatDateTime(time)}
  </time>
)
