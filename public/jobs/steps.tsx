import type { Step } from '../../src/contract/jobs'
import { counted } from '../../text/numbers'
import { elapsedMs, formatDuration } from '../../text/times'
import { now } from '../clock'

interface StepsProps {
  steps: Step[]
  /** The step by which the log is filtered; `''` for none. */
  picked: string
  onPick(step: string): void
}

/** The steps as bars on a common timeline, so that slow ones stand out. A click filters the log by step. */
export function Steps({ steps, picked, onPick }: StepsProps) {
  if (steps.length === 0) return null
  const startOf = (step: Step) => (step.started_at === null ? Number.POSITIVE_INFINITY : Date.parse(step.started_at))
  const begin = Math.min(...steps.map(startOf))
  const end = Math.max(...steps.map(step => (step.ended_at === null ? now.value : Date.parse(step.ended_at))))
  const whole = Math.max(1, end - begin)
  return (
    <ol class="steps" aria-label="Steps">
      {steps.map((step, at) => {
        const took = elapsedMs(step.started_at, step.ended_at, now.value)
        const left = step.started_at === null ? 0 : ((startOf(step) - begin) / whole) * 100
        return (
          <li key={`${step.name}${at}`} class={`step is-${step.status}`}>
            <span class="dot" aria-hidden="true" />
            <button
              type="button"
              class="step-name"
              aria-pressed={picked === step.name}
              title={`Lines of ${step.name}`}
              onClick={() => onPick(picked === step.name ? '' : step.name)}
            >
              {step.name}
            </button>
            <span class="step-track" aria-hidden="true">
              <span
                class="step-bar"
                style={{ left: `${left}%`, width: `${Math.min(100 - left, ((took ?? 0) / whole) * 100)}%` }}
              />
            </span>
            <span class="step-lines">{step.lines > 0 && counted(step.lines, 'line')}</span>
            <span class="step-took">
              <span class="hidden">{step.status}, </span>
              {took === null ? 'waiting' : formatDuration(took)}
            </span>
          </li>
        )
      })}
    </ol>
  )
}
