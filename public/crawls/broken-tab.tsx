import { useSignal } from '@preact/signals'
import type { BrokenLink } from '../../src/contract/crawl-reports'
import type { Crawl } from '../../src/contract/crawls'
import { counted, formatCount } from '../../text/numbers'
import { Empty } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { hasEnded } from '../jobs/job'
import { toggled } from '../jobs/list-state'
import { search, setFilters } from '../router'
import { usePagedList } from '../use-paged-list'
import { Fresh } from './fresh'
import { Out } from './out'

const PAGE_SIZE = 100

/** Links whose target gave no good answer, with the pages that have them. */
export function BrokenTab({ crawl }: { crawl: Crawl }) {
  const onlyNew = new URLSearchParams(search.value).get('new') === '1'
  const list = usePagedList('/api/crawls/{id}/links/broken', {
    params: { id: crawl.id, ...(onlyNew && { is_new: 'true' as const }) },
    idOf: ({ key }) => key,
    pageSize: PAGE_SIZE,
  })
  const opened = useSignal<ReadonlySet<string>>(new Set())
  const links = list.items.value ?? []
  return (
    <>
      <div class="filters">
        {crawl.previous_id !== null && (
          <label class="check-label">
            <input
              type="checkbox"
              checked={onlyNew}
              onChange={event => setFilters({ new: event.currentTarget.checked ? '1' : '' })}
            />
            new since the crawl before
          </label>
        )}
        <span class="hint">
          {crawl.findings ? counted(crawl.findings.broken_link, 'broken link') : ''}
          {!crawl.check_external && ' Links to other sites were not checked.'}
        </span>
        <Fresh crawl={crawl} list={list} />
      </div>
      <ListStatus list={list} empty={<NoBroken crawl={crawl} onlyNew={onlyNew} />} />
      <ul class="broken-links" aria-label="Broken links">
        {links.map(link => (
          <Row
            key={link.key}
            link={link}
            isOpen={opened.value.has(link.key)}
            onToggle={() => (opened.value = toggled(opened.value, link.key))}
          />
        ))}
      </ul>
      <LoadMore list={list} />
    </>
  )
}

function NoBroken({ crawl: { status }, onlyNew }: { crawl: Crawl; onlyNew: boolean }) {
  if (onlyNew) return <Empty title="No new broken links" />
  return (
    <Empty title={hasEnded(status) ? 'No broken links' : 'No broken links so far'}>
      <p>Every link that was checked gave a good answer.</p>
    </Empty>
  )
}

interface RowProps {
  link: BrokenLink
  isOpen: boolean
  onToggle(): void
}

function Row({ link, isOpen, onToggle }: RowProps) {
  const { url, status_code, error, is_external, is_new, referrer_count, referrers } = link
  return (
    <li class="broken-link">
      <button type="button" class="broken-line" aria-expanded={isOpen} onClick={onToggle}>
        <span class="broken-why is-bad">{status_code ?? 'no answer'}</span>
        <span class="broken-url" title={url}>
          {url}
        </span>
        <span class="broken-error" title={error ?? ''}>
          {error}
        </span>
        <span class="broken-badges">
          {is_new && <span class="badge is-bad">new</span>}
          {is_external && <span class="badge">other site</span>}
        </span>
        <span class="broken-count number">{counted(referrer_count, 'page')}</span>
      </button>
      {isOpen && (
        <div class="broken-referrers">
          <p>
            <Out url={url} />
          </p>
          <h3>On these pages</h3>
          <ul>
            {referrers.map((referrer, at) => (
              <li key={at}>
                <Out url={referrer.url} />{' '}
                {referrer.text === '' ? <span class="hint">no text</span> : <span>“{referrer.text}”</span>}
              </li>
            ))}
          </ul>
          {referrers.length < referrer_count && (
            <p class="hint">and {formatCount(referrer_count - referrers.length)} more</p>
          )}
        </div>
      )}
    </li>
  )
}
