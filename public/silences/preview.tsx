import { counted, formatCount } from '../../text/numbers'
import { labelPairs, nameOf } from '../alerts/alert'
import { Severity } from '../alerts/severity'
import { Failure } from '../components/empty'
import type { SilencePreview } from './use-preview'

interface PreviewProps {
  found: SilencePreview | null
  problem: string
  /** Whether the matchers are refused, which is shown at them. */
  isRefused: boolean
}

const EXAMPLES_MAX = 4

/** What a silence would mute now, with examples. Always of one height, so that the form below does not jump. */
export const Preview = ({ found, problem, isRefused }: PreviewProps) => (
  <section class="silence-preview" aria-label="Preview" aria-live="polite">
    {problem !== '' && <Failure message={problem} />}
    {problem === '' && !found && (
      <p class="hint">
        {isRefused ? 'These matchers cannot be used.' : 'Enter a matcher to see which alerts it mutes.'}
      </p>
    )}
    {found && (
      <>
        <p>
          <b>
            {found.count === 0 ? 'Mutes nothing that fires now' : `Mutes ${counted(found.count, 'firing alert')} now`}
          </b>
          <span class="hint"> · {formatCount(found.recent_count)} matched in the last 7 days</span>
        </p>
        <ul>
          {found.items.slice(0, EXAMPLES_MAX).map(alert => (
            <li key={alert.id}>
              <Severity of={alert.labels.severity ?? ''} />
              <b>{nameOf(alert)}</b>
              <span class="hint">
                {labelPairs(alert.labels, { severity: alert.labels.severity ?? '' })
                  .map(pair => pair.join('='))
                  .join(' ')}
              </span>
            </li>
          ))}
          {found.count > EXAMPLES_MAX && <li class="hint">and {formatCount(found.count - EXAMPLES_MAX)} more</li>}
        </ul>
      </>
    )}
  </section>
)
