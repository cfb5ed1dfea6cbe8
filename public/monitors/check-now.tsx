import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { JobOutcome } from '../../src/contract/jobs'
import { Outcome } from '../components/outcome'
import { watch } from '../live'
import { CheckLines } from './check-lines'
import type { CheckLine } from './try-check'

/** The lines of a check that somebody started, while it runs. */
export function CheckNow({ jobId, onClose }: { jobId: string; onClose(): void }) {
  const lines = useSignal<readonly CheckLine[]>([])
  const state = useSignal<{ status: string; outcome: JobOutcome | null }>({ status: 'pending', outcome: null })
  useEffect(() => {
    const seen = new Set<number>()
    return watch(`job:${jobId}`, {
      onLogs: added => {
        const fresh = added.filter(({ line }) => !seen.has(line) && seen.add(line))
        const next = fresh.map(({ timestamp, level, step, message }) => ({
          ...{ at: timestamp, level, message },
          step: step ?? null,
        }))
        lines.value = [...lines.peek(), ...next]
      },
      onStatus: ({ job: { status, outcome = null } }) => {
        state.value = { status, outcome }
      },
    })
  }, [jobId])
  return (
    <section class="panel check-now" aria-label="Check now">
      <header class="row">
        <h2>Check now</h2>
        <span role="status">
          <Outcome of={state.value} />
        </span>
        <span class="spacer" />
        <a href={`/jobs/${jobId}`}>View job</a>
        <button type="button" class="quiet icon" aria-label="Close" onClick={onClose}>
          ×
        </button>
      </header>
      <CheckLines lines={lines.value} name="Lines of the check" />
    </section>
  )
}
