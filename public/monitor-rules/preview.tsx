import type { RulePreview } from '../../src/contract/monitor-rules'
import { counted, formatCount } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { Failure } from '../components/empty'
import { Moment } from '../components/time'

interface PreviewProps {
  found: RulePreview | null
  problem: string
}

const SHOWN_MAX = 5
const WEEK_MS = 7 * 86_400_000

/** How often a rule would have fired, and when first. Always of one height, so that the form does not jump. */
export const Preview = ({ found, problem }: PreviewProps) => (
  <section class="rule-preview" aria-label="Preview" aria-live="polite">
    {problem !== '' && <Failure message={problem} />}
    {problem === '' && !found && <p class="hint">Complete the rule to see when it would have fired.</p>}
    {found && (
      <>
        <p>
          <b>{firedText(found)}</b>
          <span class="hint"> · watches {counted(found.monitors, 'monitor')}</span>
        </p>
        <ul>
          {found.items.slice(0, SHOWN_MAX).map(({ monitor_id, monitor_name, from, to }) => (
            <li key={`${monitor_id} ${from}`}>
              <Moment time={from} />
              <b>{monitor_name}</b>
              <span class="hint">
                {to === null ? 'would fire now' : `for ${formatDuration(Date.parse(to) - Date.parse(from))}`}
              </span>
            </li>
          ))}
          {found.count > SHOWN_MAX && <li class="hint">and {formatCount(found.count - SHOWN_MAX)} more</li>}
        </ul>
      </>
    )}
  </section>
)

/** `Would have fired 3 times last week`, or of a shorter period. */
function firedText({ count, from, to }: RulePreview): string {
  const ms = Date.parse(to) - Date.parse(from)
  const period = ms >= WEEK_MS ? 'last week' : `in the last ${formatDuration(ms)}`
  if (count === 0) return `Would not have fired ${period}`
  const times = count === 1 ? 'once' : count === 2 ? 'twice' : `${formatCount(count)} times`
  return `Would have fired ${times} ${period}`
}
