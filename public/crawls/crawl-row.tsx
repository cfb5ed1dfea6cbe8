import type { ReadonlySignal } from '@preact/signals'
import type { CrawlItem } from '../../src/contract/crawls'
import { formatCount } from '../../text/numbers'
import { Progress } from '../components/status'
import { Ago } from '../components/time'
import { hasEnded } from '../jobs/job'
import { shareOf } from './counts'
import { CrawlStatusMark } from './crawl-status'
import { formatRate } from './rate'
import { tabAddress } from './tabs'
import { END_WORDS, END_WORDS_SHORT, isEarlyEnd, nameOfSeeds, PHASE_WORDS } from './words'

interface CrawlRowProps {
  crawl: CrawlItem
  /** Id of the current row. */
  current: ReadonlySignal<string>
}

/** A crawl in a list: one line, or two on a phone. */
export function CrawlRow({ crawl, current }: CrawlRowProps) {
  const { id, seeds, status, limits, fetched, pages_per_second, findings, created_by, created_at, started_at } = crawl
  const isOpen = !hasEnded(status)
  const name = nameOfSeeds(seeds)
  return (
    <div class={current.value === id ? 'crawl-row columns-row is-current' : 'crawl-row columns-row'} data-crawl={id}>
      <span class="crawl-status">
        <CrawlStatusMark status={status} />
      </span>
      <span class="crawl-name">
        <a href={`/crawls/${id}`} title={seeds.join('\n')}>
          {name}
        </a>
      </span>
      <span class="crawl-pages">
        {isOpen && <Progress share={shareOf(crawl, limits.pages)} label={`Progress of ${name}`} />}
        <span class="number" title={`${formatCount(fetched)} fetched of at most ${formatCount(limits.pages)}`}>
          {formatCount(fetched)}
          {isOpen && <span class="hint"> / {formatCount(limits.pages)}</span>}
        </span>
      </span>
      <span class="crawl-rate number">{started_at === null ? '' : formatRate(pages_per_second)}</span>
      <CrawlEnd crawl={crawl} />
      <span class="crawl-broken number">
        <BrokenCount id={id} count={findings?.broken_link} />
      </span>
      <span class="crawl-who" title={created_by.name}>
        {created_by.name}
      </span>
      <span class="crawl-started number">
        <Ago time={started_at ?? created_at} />
      </span>
    </div>
  )
}

function CrawlEnd({ crawl: { ended_because, phase, status } }: Pick<CrawlRowProps, 'crawl'>) {
  if (ended_because === null)
    return <span class="crawl-end hint">{status === 'running' && phase ? PHASE_WORDS[phase] : ''}</span>
  return (
    <span class={isEarlyEnd(ended_because) ? 'crawl-end is-warn' : 'crawl-end'} title={END_WORDS[ended_because]}>
      {END_WORDS_SHORT[ended_because]}
    </span>
  )
}

/** @param count undefined: not counted yet */
function BrokenCount({ id, count }: { id: string; count: number | undefined }) {
  if (count === undefined) return null
  if (count === 0) return <span class="hint">0</span>
  return (
    <a class="is-bad" href={tabAddress(id, 'broken')}>
      {formatCount(count)}
      <span class="hidden"> broken links</span>
    </a>
  )
}
