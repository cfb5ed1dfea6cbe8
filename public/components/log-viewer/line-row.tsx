import { formatAgo, formatDuration, formatPreciseClock } from '../../../text/times'
import { now } from '../../clock'
import { segmentsOf } from './ansi'
import type { LineRow } from './chunk'
import { briefFacts } from './facts'
import { highlight } from './highlight'
import type { Times } from './settings'
import { visiblePieces } from './visible'
import { ROW_CHARS_MAX } from './wrap'

/** What the source column shows: nothing, the name of a component (whose lines have no steps), or a job id. */
export type Sources = 'none' | 'names' | 'jobs'

export interface LogRowProps {
  row: LineRow
  pattern: RegExp | null
  isSelected: boolean
  times: Times
  /** Origin of relative times, in milliseconds since 1970; null: now. */
  origin: number | null
  sources: Sources
  /** Set for wrapped rows only. */
  heightPx?: number
  /** `isRange` extends the selection to this line. */
  onSelect(line: number, isRange: boolean): void
  onOpen(line: number): void
}

export function LogRow(props: LogRowProps) {
  const { row, pattern, isSelected, times, origin, sources, heightPx, onSelect, onOpen } = props
  const cut = row.message.length > ROW_CHARS_MAX
  return (
    <div
      class={`log-row level-${row.level}${isSelected ? ' is-selected' : ''}`}
      data-line={row.line}
      style={heightPx === undefined ? undefined : { height: `${heightPx}px` }}
    >
      <a
        class="log-number"
        href={`#L${row.line}`}
        aria-label={`Link to line ${row.line}`}
        onClick={event => {
          event.preventDefault()
          onSelect(row.line, event.shiftKey)
        }}
      >
        {row.line}
      </a>
      {times !== 'off' && (
        <span class="log-time" title={new Date(row.time).toISOString()}>
          {times === 'clock' ? formatPreciseClock(row.time) : relativeOf(row.time, origin)}
        </span>
      )}
      <span class="log-level">{row.level}</span>
      {sources !== 'names' && (
        <span class="log-step" title={row.step}>
          {row.step}
        </span>
      )}
      {sources !== 'none' && <Source name={row.source} isJob={sources === 'jobs'} />}
      <span class="log-message">
        <Message text={cut ? row.message.slice(0, ROW_CHARS_MAX) : row.message} pattern={pattern} />
        {sources === 'names' && heightPx === undefined && <BriefFacts data={row.data} />}
        {(cut || row.isTruncated || row.data !== undefined) && (
          <button
            type="button"
            class={cut || row.isTruncated ? 'log-more' : 'log-more is-quiet'}
            onClick={() => onOpen(row.line)}
          >
            {row.isTruncated ? 'truncated at 16 KiB' : cut ? `${row.message.length - ROW_CHARS_MAX} more` : 'data'}
          </button>
        )}
      </span>
    </div>
  )
}

/** The structured data of a service log line. Wrapped rows leave it to the details, since their height is computed from the message. */
function BriefFacts({ data }: { data: unknown }) {
  return (
    <>
      {briefFacts(data).map(({ name, text }) => (
        <span key={name} class="log-fact">
          {name} <Message text={text} pattern={null} />
        </span>
      ))}
    </>
  )
}

/** A message with colors, search matches and visible control characters. All text is in text nodes. */
export function Message({ text, pattern }: { text: string; pattern: RegExp | null }) {
  return highlight(segmentsOf(text), pattern).map(({ text: part, classes, color, background }, at) => (
    <span key={at} class={classes || undefined} style={color || background ? { color, background } : undefined}>
      {visiblePieces(part).map((piece, i) => (piece.isMark ? <i key={i}>{piece.text}</i> : piece.text))}
    </span>
  ))
}

/** The end of a job's id tells jobs apart; UUIDv7 ids start with the time. */
const ID_CHARS = 8

function Source({ name, isJob }: { name: string; isJob: boolean }) {
  if (!isJob) {
    return (
      <span class="log-source" title={name}>
        {name}
      </span>
    )
  }
  return (
    <a class="log-source" href={`/jobs/${name}`} title={name}>
      {name.slice(-ID_CHARS)}
    </a>
  )
}

const relativeOf = (time: number, origin: number | null) =>
  origin === null ? formatAgo(time, now.value) : `+${formatDuration(time - origin)}`
