import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { CheckOutcome } from '../../src/contract/checks'
import type { Monitor } from '../../src/contract/monitors'
import { ApiError, type Fault, messageOf } from '../api'
import { Failure } from '../components/empty'
import { CheckLines } from './check-lines'
import { CheckResult } from './check-result'
import type { Draft } from './draft'
import { tryBody } from './draft-body'
import { type CheckLine, tryCheck } from './try-check'

interface TryPanelProps {
  draft: Draft
  /** The one that is changed; its secrets are used where none are entered. */
  monitor: Monitor | null
  onFaults(faults: readonly Fault[]): void
}

/** Runs a check with what is entered, before anything is saved. */
export function TryPanel({ draft, monitor, onFaults }: TryPanelProps) {
  const lines = useSignal<readonly CheckLine[]>([])
  const check = useSignal<CheckOutcome | null>(null)
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const stop = useRef(new AbortController())
  useEffect(() => () => stop.current.abort(), [])
  const run = async () => {
    stop.current = new AbortController()
    const { signal } = stop.current
    isBusy.value = true
    lines.value = []
    check.value = null
    problem.value = ''
    try {
      check.value = await tryCheck(
        tryBody(draft, monitor),
        line => {
          lines.value = [...lines.peek(), line]
        },
        signal,
      )
      onFaults([])
    } catch (error) {
      if (signal.aborted) return
      onFaults(error instanceof ApiError ? error.faults : [])
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <section class="panel try-panel" aria-label="Try it">
      <header class="row">
        <h2>Try it</h2>
        {check.value && <Verdict check={check.value} />}
        <span class="spacer" />
        <button type="button" disabled={isBusy.value || draft.target.trim() === ''} onClick={() => void run()}>
          {isBusy.value ? 'Checking' : check.value ? 'Try again' : 'Try it'}
        </button>
      </header>
      {lines.value.length === 0 && check.value === null && problem.value === '' && (
        <p class="hint">Runs one check with what is entered, and shows what happens. Nothing is saved.</p>
      )}
      <CheckLines lines={lines.value} name="Lines of the check" />
      {problem.value !== '' && <Failure message={problem.value} />}
      {check.value && <CheckResult check={check.value} />}
    </section>
  )
}

const Verdict = ({ check: { status } }: { check: CheckOutcome }) => (
  <span class={`status is-check-${status}`} role="status">
    <span class="dot" aria-hidden="true" />
    {status}
  </span>
)
