import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Crawl } from '../../src/contract/crawls'
import { formatBytes, formatCount } from '../../text/numbers'
import { elapsedMs, formatDuration } from '../../text/times'
import { now } from '../clock'
import { Ago } from '../components/time'
import { hasEnded } from '../jobs/job'
import { useFetch } from '../use-fetch'
import { countOf, describeCounts, PART_WORDS, PARTS, segmentsOf } from './counts'
import { CrawlStatusMark } from './crawl-status'
import { formatRate } from './rate'
import { tabAddress } from './tabs'
import { END_WORDS, isEarlyEnd, PHASE_WORDS } from './words'

/** How far a crawl is: its state, what became of all URLs, and how fast it goes. */
export function CrawlProgress({ crawl }: { crawl: Crawl }) {
  const { id, status, phase, ended_because, limits, created_by, created_at, started_at, job_id, paused } = crawl
  const isOpen = !hasEnded(status)
  return (
    <section class="crawl-summary" aria-label="Progress">
      <p class="crawl-facts">
        <CrawlStatusMark status={status} />
        {ended_because !== null && (
          <b class={isEarlyEnd(ended_because) ? 'is-warn' : undefined}>{END_WORDS[ended_because]}</b>
        )}
        {isOpen && status === 'running' && phase && <span>{PHASE_WORDS[phase]}</span>}
        <Estimate crawl={crawl} />
        <span class="hint">
          {created_by.name}, <Ago time={started_at ?? created_at} />
        </span>
        <a href={`/jobs/${job_id}`}>Job</a>
      </p>
      {paused && (
        <p class="notice">
          Paused by {paused.by.name} <Ago time={paused.at} />
          {paused.reason && `: ${paused.reason}`}
        </p>
      )}
      {ended_because === 'cancelled' && <CancelledBy jobId={job_id} />}
      <span class="states" role="img" aria-label={describeCounts(crawl)}>
        {segmentsOf(crawl).map(({ part, share }) => (
          <span key={part} class={`state-part is-crawl-${part}`} style={{ width: `${share * 100}%` }} />
        ))}
      </span>
      <ul class="crawl-parts" aria-label="What became of all URLs">
        {PARTS.map(part => (
          <li key={part} title={PART_WORDS[part].meaning}>
            <span class={`dot is-crawl-${part}`} aria-hidden="true" />
            <PartCount id={id} part={part} count={countOf(crawl, part)} />
          </li>
        ))}
        <Figure name="discovered" value={formatCount(crawl.discovered)} />
        <Figure name="at most" value={`${formatCount(limits.pages)} pages`} />
        <Figure name="received" value={formatBytes(crawl.bytes)} />
        <Figure name={isOpen ? 'rate' : 'rate overall'} value={formatRate(crawl.pages_per_second) || '0/s'} />
      </ul>
    </section>
  )
}

/** A crawl ends a moment before its job is cancelled. */
const JOB_MS = 500

/** Who cancelled it and why: its job knows, as long as it is kept. */
function CancelledBy({ jobId }: { jobId: string }) {
  const { value, isMissing, read } = useFetch('/api/jobs/{id}', { id: jobId })
  const cancel = value.value?.cancel
  const isExpected = !cancel && !isMissing.value
  useEffect(() => {
    if (!isExpected) return
    const timer = setTimeout(read, JOB_MS)
    return () => clearTimeout(timer)
  }, [isExpected, value.value, read])
  if (!cancel) return null
  return (
    <p class="notice">
      Cancelled by {cancel.by.name} <Ago time={cancel.at} />: {cancel.reason}
    </p>
  )
}

/** Parts that are lists lead there. */
function PartCount({ id, part, count }: { id: string; part: (typeof PARTS)[number]; count: number }) {
  const text = (
    <>
      <b>{formatCount(count)}</b> {PART_WORDS[part].text}
    </>
  )
  const isListed = part === 'fetched' || part === 'failed' || part === 'skipped'
  return isListed ? <a href={tabAddress(id, 'pages', { status: part })}>{text}</a> : <span>{text}</span>
}

const Figure = ({ name, value }: { name: string; value: ComponentChildren }) => (
  <li>
    <span class="hint">{name}</span> <b>{value}</b>
  </li>
)

function Estimate({ crawl: { status, seconds_left, started_at, ended_at } }: { crawl: Crawl }) {
  if (hasEnded(status)) {
    const took = elapsedMs(started_at, ended_at, now.value)
    return took === null ? null : <span>took {formatDuration(took)}</span>
  }
  if (status !== 'running') return null
  const took = elapsedMs(started_at, null, now.value)
  return (
    <>
      {took !== null && <span class="crawl-took">for {formatDuration(took)}</span>}
      {seconds_left !== null && <span class="crawl-left">about {roughly(seconds_left)} left</span>}
    </>
  )
}

/** An estimate has no fractions of a second. */
const roughly = (seconds: number) =>
  seconds < 60 ? `${Math.max(1, Math.round(seconds))} s` : formatDuration(seconds * 1_000)
