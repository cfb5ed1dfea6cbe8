import { formatPreciseClock } from '../../text/times'
import type { CheckLine } from './try-check'

/** The log of a check, while it runs and afterwards. */
export const CheckLines = ({ lines, name }: { lines: readonly CheckLine[]; name: string }) => (
  <ol class="check-lines" aria-label={name} aria-live="polite">
    {lines.map(({ at, level, step, message }, index) => (
      <li key={index} class={`level-${level}`}>
        <time dateTime={at}>{formatPreciseClock(at)}</time>
        {level !== 'info' && <b>{level}</b>}
        <span>
          {step !== null && <span class="hint">{step} </span>}
          {message}
        </span>
      </li>
    ))}
  </ol>
)
