import { Fragment } from 'preact'
import { formatDate, formatPreciseClock } from '../../../text/times'
import { stripAnsi } from './ansi'
import { factsOf } from './facts'
import { Message } from './line-row'
import type { LogModel } from './model'

/** One line in full: its message with line breaks, and its data. */
export function LineDetails({ model, line, onClose }: { model: LogModel; line: number; onClose(): void }) {
  const row = model.lines.row(model.lines.rowOfLine(line))
  if (row?.kind !== 'line') return null
  return (
    <div class="log-details" role="dialog" aria-label={`Line ${line}`}>
      <header>
        <strong>Line {row.line}</strong>
        <span>
          <time title={new Date(row.time).toISOString()}>
            {formatDate(row.time)} {formatPreciseClock(row.time)}
          </time>{' '}
          · {row.level}
          {row.step !== '' && ` · ${row.step}`}
          {row.isTruncated && ' · truncated at 16 KiB'}
        </span>
        <button type="button" onClick={() => void navigator.clipboard?.writeText(stripAnsi(row.message))}>
          Copy
        </button>
        <button type="button" onClick={onClose}>
          Close
        </button>
      </header>
      <div class="log-full">
        <Lines text={row.message} pattern={model.pattern.value} />
      </div>
      {row.data !== undefined && (
        <dl class="log-facts">
          {factsOf(row.data).map(({ name, text }) => (
            <Fragment key={name}>
              <dt>{name}</dt>
              <dd>
                <Lines text={text} pattern={null} />
              </dd>
            </Fragment>
          ))}
        </dl>
      )}
    </div>
  )
}

function Lines({ text, pattern }: { text: string; pattern: RegExp | null }) {
  return (
    <>
      {text.split('\n').map((part, at) => (
        <div key={at}>
          <Message text={part} pattern={pattern} />
        </div>
      ))}
    </>
  )
}
