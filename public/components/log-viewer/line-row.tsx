import { segmentsOf } from './ansi'
import type { LineRow } from './chunk'
import { highlight } from './highlight'
import { visiblePieces } from './visible'

/** Drawn of one message; the rest is in the line's details. A row of megabytes would stop the page. */
const DRAWN_CHARS = 2_000

export interface LineRowProps {
  row: LineRow
  pattern: RegExp | null
  isSelected: boolean
  onSelect(line: number): void
  onOpen(line: number): void
}

export function LogRow({ row, pattern, isSelected, onSelect, onOpen }: LineRowProps) {
  const cut = row.message.length > DRAWN_CHARS
  return (
    <div class={`log-row level-${row.level}${isSelected ? ' is-selected' : ''}`} data-line={row.line}>
      <a
        class="log-number"
        href={`#L${row.line}`}
        aria-label={`Link to line ${row.line}`}
        onClick={event => {
          event.preventDefault()
          onSelect(row.line)
        }}
      >
        {row.line}
      </a>
      <span class="log-time" title={new Date(row.time).toISOString()}>
        {clockOf(row.time)}
      </span>
      <span class="log-level">{row.level}</span>
      <span class="log-step" title={row.step}>
        {row.step}
      </span>
      <span class="log-message">
        <Message text={cut ? row.message.slice(0, DRAWN_CHARS) : row.message} pattern={pattern} />
        {(cut || row.isTruncated || row.data !== undefined) && (
          <button
            type="button"
            class={cut || row.isTruncated ? 'log-more' : 'log-more is-quiet'}
            onClick={() => onOpen(row.line)}
          >
            {row.isTruncated ? 'cut at 16 KiB' : cut ? `${row.message.length - DRAWN_CHARS} more` : 'data'}
          </button>
        )}
      </span>
    </div>
  )
}

/** A message with its colours, matches and visible control characters, as text nodes only. */
export function Message({ text, pattern }: { text: string; pattern: RegExp | null }) {
  return highlight(segmentsOf(text), pattern).map(({ text: part, classes, color, background }, at) => (
    <span key={at} class={classes || undefined} style={color || background ? { color, background } : undefined}>
      {visiblePieces(part).map((piece, i) => (piece.isMark ? <i key={i}>{piece.text}</i> : piece.text))}
    </span>
  ))
}

const pad = (value: number, length = 2) => String(value).padStart(length, '0')

/** Time of day where the reader is, with milliseconds. */
export function clockOf(time: number) {
  const date = new Date(time)
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`
}
