import type { Attempt, Job, Step } from '../../src/contract/jobs'
import { counted } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { now } from '../clock'
import { waitedMs } from './job'

interface Bar {
  name: string
  status: string
  from: number
  to: number
  lines?: number
  href?: string
  isStep?: boolean
}

/**
 * Where the time of a job went: its waiting time, then its attempts and their steps on a common timeline. Waiting
 * time is kept off the timeline because a long wait would squeeze the steps.
 */
export function Timeline({ job, attempts }: { job: Job; attempts: Attempt[] }) {
  const first = attempts[0]?.started_at ?? job.started_at
  if (first === null) return <Waiting job={job} />
  const begin = Date.parse(first)
  const end = job.ended_at === null ? Math.max(begin, now.value) : Date.parse(job.ended_at)
  const whole = Math.max(1, end - begin)
  return (
    <section class="steps" aria-label="Timeline">
      <Waiting job={job} />
      <ol>
        {barsOf(job, attempts, end).map((bar, at) => (
          <Row key={`${bar.name}${at}`} bar={bar} begin={begin} whole={whole} />
        ))}
      </ol>
    </section>
  )
}

/** How long the job waited in the queue, not counting a scheduled delay. */
function Waiting({ job }: { job: Job }) {
  const waited = waitedMs(job, now.value)
  if (waited === null) return null
  return (
    <p class="waited">
      <span class="waited-bar" aria-hidden="true" />
      {waited < 0 ? `starts in ${formatDuration(-waited)}` : `waited ${formatDuration(waited)} in queue ${job.queue}`}
    </p>
  )
}

function barsOf(job: Job, attempts: Attempt[], end: number): Bar[] {
  const at = (time: string | null) => (time === null ? end : Date.parse(time))
  const stepBar = (step: Step): Bar => ({
    name: step.name,
    status: step.status,
    from: at(step.started_at),
    to: at(step.ended_at),
    lines: step.lines,
    href: `/jobs/${job.id}?step=${encodeURIComponent(step.name)}`,
    isStep: true,
  })
  if (attempts.length < 2) return job.steps.filter(step => step.started_at !== null).map(stepBar)
  return attempts.flatMap(each => {
    const steps = (each.attempt === job.attempt ? job.steps : each.steps).filter(step => step.started_at !== null)
    const bar: Bar = {
      name: `Attempt ${each.attempt}`,
      status: each.outcome,
      from: at(each.started_at),
      to: at(each.ended_at),
      href: `/jobs/${job.id}?attempt=${each.attempt}`,
    }
    return [bar, ...steps.map(stepBar)]
  })
}

function Row({ bar, begin, whole }: { bar: Bar; begin: number; whole: number }) {
  const { name, status, from, to, lines = 0, href, isStep } = bar
  const left = Math.min(99, Math.max(0, ((from - begin) / whole) * 100))
  const width = Math.min(100 - left, ((to - from) / whole) * 100)
  return (
    <li class={`step is-${status}${isStep ? '' : ' is-attempt'}`}>
      <span class="dot" aria-hidden="true" />
      <a class="step-name" href={href} title={`Lines of ${name}`}>
        {name}
      </a>
      <span class="step-track" aria-hidden="true">
        <span class="step-bar" style={{ left: `${left}%`, width: `${width}%` }} />
      </span>
      <span class="step-lines">{lines > 0 && counted(lines, 'line')}</span>
      <span class="step-took">
        <span class="hidden">{status}, </span>
        {formatDuration(to - from)}
      </span>
    </li>
  )
}
