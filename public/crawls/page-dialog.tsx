import type { ComponentChildren } from 'preact'
import type { PageLink as Link, PageDetail } from '../../src/contract/crawl-pages'
import { counted, formatBytes } from '../../text/numbers'
import { formatDuration } from '../../text/times'
import { Dialog } from '../components/dialog'
import { Failure } from '../components/empty'
import { ListStatus } from '../components/list-status'
import { Moment } from '../components/time'
import { setFilters } from '../router'
import { useFetch } from '../use-fetch'
import { usePagedList } from '../use-paged-list'
import { Extracted } from './extracted'
import { Out } from './out'
import { PageOutcomeMark } from './page-outcome'
import { reasonWords } from './words'

interface PageDialogProps {
  crawlId: string
  pageKey: string
}

/** The details of a page: what it answered, its text and its links. */
export function PageDialog({ crawlId, pageKey }: PageDialogProps) {
  const { value, problem, isMissing, read } = useFetch('/api/crawls/{id}/pages/{key}', { id: crawlId, key: pageKey })
  const page = value.value
  return (
    <Dialog title={page?.title || 'Page'} onClose={() => setFilters({ page: '' })}>
      {isMissing.value ? (
        <p>The crawl has no such page.</p>
      ) : (
        problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />
      )}
      {page ? <Detail page={page} crawlId={crawlId} /> : <div class="crawl-detail is-loading" aria-busy="true" />}
    </Dialog>
  )
}

function Detail({ page, crawlId }: { page: PageDetail; crawlId: string }) {
  const { headings, text, truncated, links, mixed_content, extracted } = page
  return (
    <div class="crawl-detail">
      <Facts page={page} />
      {Object.keys(extracted).length > 0 && (
        <Part title="Values">
          <Extracted values={extracted} />
        </Part>
      )}
      <Referrers crawlId={crawlId} pageKey={page.key} />
      {mixed_content.length > 0 && (
        <Part title={`Loaded over plain HTTP: ${mixed_content.length}`}>
          <ul>
            {mixed_content.map(url => (
              <li key={url}>
                <code>{url}</code>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {links.length > 0 && (
        <Part title={counted(links.length, 'link')} isFolded>
          <Links links={links} />
        </Part>
      )}
      {headings.length > 0 && (
        <Part title={counted(headings.length, 'heading')} isFolded>
          <ul>
            {headings.map((heading, at) => (
              <li key={at} style={{ paddingLeft: `${(heading.level - 1) * 14}px` }}>
                <span class="hint">h{heading.level}</span> {heading.text}
              </li>
            ))}
          </ul>
        </Part>
      )}
      {text !== '' && (
        <Part title={truncated ? 'Text (the page was cut)' : 'Text'} isFolded>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
          <pre class="crawl-text" tabIndex={0}>
            {text}
          </pre>
        </Part>
      )}
    </div>
  )
}

interface PartProps {
  title: string
  isFolded?: boolean
  children: ComponentChildren
}

const Part = ({ title, isFolded = false, children }: PartProps) => (
  <details class="crawl-part" open={!isFolded}>
    <summary>{title}</summary>
    {children}
  </details>
)

function Facts({ page }: { page: PageDetail }) {
  const directives = [page.noindex && 'noindex', page.nofollow && 'nofollow'].filter(Boolean).join(', ')
  const charset = [page.charset, page.charset_source && `by ${page.charset_source}`].filter(Boolean).join(' ')
  const rows: Array<[name: string, value: ComponentChildren]> = [
    ['Address', <Out url={page.url} />],
    ['Outcome', <PageOutcomeMark page={page} />],
    ['Why', page.explanation ?? (page.reason && reasonWords(page.reason))],
    ['Redirects', page.redirects.length > 0 && <Redirects page={page} />],
    ['Description', page.description],
    ['Canonical', page.canonical && page.canonical !== page.final_url && <Out url={page.canonical} />],
    ['Directives', directives],
    ['Language', page.lang],
    ['Type', page.content_type],
    ['Charset', charset],
    ['Size', page.bytes > 0 && formatBytes(page.bytes)],
    ['Took', page.duration_ms !== null && tookWords(page)],
    ['Fetched', <Moment time={page.fetched_at} />],
    ['Since last crawl', page.unchanged && 'not changed, says the server'],
    ['Found on', page.found_on && <Out url={page.found_on} />],
    ['In sitemap', page.sitemap && <Out url={page.sitemap.url} />],
  ]
  return (
    <dl class="facts is-first">
      {rows.map(
        ([name, value]) =>
          value && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  )
}

const tookWords = ({ duration_ms, first_byte_ms }: PageDetail) =>
  first_byte_ms === null
    ? formatDuration(duration_ms)
    : `${formatDuration(duration_ms)}, ${formatDuration(first_byte_ms)} to the first byte`

const Redirects = ({ page: { redirects } }: { page: PageDetail }) => (
  <ol>
    {redirects.map(({ url, status_code, location }) => (
      <li key={url}>
        {status_code} to <code>{location}</code>
      </li>
    ))}
  </ol>
)

const Links = ({ links }: { links: readonly Link[] }) => (
  <ul>
    {links.map(({ url, text, nofollow }, at) => (
      <li key={at}>
        <code>{url}</code> {text && <span class="hint">{text}</span>} {nofollow && <span class="badge">nofollow</span>}
      </li>
    ))}
  </ul>
)

const REFERRERS = 50

function Referrers({ crawlId, pageKey }: PageDialogProps) {
  const list = usePagedList('/api/crawls/{id}/pages/{key}/referrers', {
    params: { id: crawlId, key: pageKey },
    idOf: ({ url, text }) => `${url} ${text}`,
    pageSize: REFERRERS,
  })
  const referrers = list.items.value ?? []
  return (
    <Part
      title={
        list.hasMore.value
          ? `Linked from more than ${referrers.length} pages`
          : `Linked from ${counted(referrers.length, 'page')}`
      }
    >
      <ListStatus list={list} empty={<p class="hint">No page links to it.</p>} />
      <ul>
        {referrers.map(({ url, text }) => (
          <li key={`${url} ${text}`}>
            <Out url={url} /> {text && <span class="hint">{text}</span>}
          </li>
        ))}
      </ul>
      {list.hasMore.value && (
        <button type="button" class="link" onClick={() => void list.loadMore()}>
          More
        </button>
      )}
    </Part>
  )
}
