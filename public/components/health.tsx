import { useSignal } from '@preact/signals'
import { useInterval } from '../use-interval'

interface Readiness {
  status: string
  checks: Record<string, string>
}

const POLL_MS = 5_000
const HINTS: Record<string, string> = {
  postgres: 'Jobs cannot be accepted or shown until PostgreSQL is back.',
  redis: 'Jobs are accepted, and run once Redis is back.',
  bus: 'Live updates are slightly delayed: processes poll PostgreSQL.',
  migrations: 'A migration is running or has failed. Check the log of the process.',
  workers: 'Start a worker: TAILRACE_ROLE=worker npm start.',
}

/** The health of each part of Tailrace, and the consequences of a failure. */
export function Health() {
  const health = useSignal<Readiness | null>(null)
  useInterval(POLL_MS, () => {
    // A 503 has the same body, so the status is not checked.
    void fetch('/readyz')
      .then(response => response.json() as Promise<Readiness>)
      .catch(() => ({ status: 'unavailable', checks: { web: 'failed' } }))
      .then(answer => (health.value = answer))
  })
  if (!health.value) return <div class="health is-loading" aria-busy="true" />
  const parts = Object.entries(health.value.checks)
  const down = parts.filter(([, outcome]) => outcome !== 'ok')
  return (
    <section class="health" aria-label="Health" role="status">
      <strong class={down.length === 0 ? 'is-good' : 'is-bad'}>
        {down.length === 0 ? 'All systems operational' : `${down.map(([name]) => name).join(', ')}: unavailable`}
      </strong>
      {parts.map(([name, outcome]) => (
        <span key={name} class={outcome === 'ok' ? 'part is-good' : 'part is-bad'}>
          <span class="dot" aria-hidden="true" />
          {name} {outcome}
        </span>
      ))}
      {down.map(([name]) => HINTS[name] && <p key={name}>{HINTS[name]}</p>)}
    </section>
  )
}
