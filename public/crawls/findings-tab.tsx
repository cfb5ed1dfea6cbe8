import type { Finding } from '../../src/contract/crawl-reports'
import type { Crawl } from '../../src/contract/crawls'
import { FINDING_TYPES } from '../../src/contract/values'
import { formatCount } from '../../text/numbers'
import { Listing } from '../components/listing'
import { hasEnded } from '../jobs/job'
import { search, setFilters } from '../router'
import { usePagedList } from '../use-paged-list'
import { Fresh } from './fresh'
import { PageLink } from './page-link'
import { FINDINGS } from './words'

/** Broken links have a tab of their own. */
const TYPES = FINDING_TYPES.filter(type => type !== 'broken_link')
const PAGE_SIZE = 100

/** What is worth a look besides broken links. */
export function FindingsTab({ crawl }: { crawl: Crawl }) {
  const wanted = new URLSearchParams(search.value).get('type')
  const type = TYPES.find(each => each === wanted)
  const list = usePagedList('/api/crawls/{id}/findings', {
    params: { id: crawl.id, type: type ?? [...TYPES] },
    idOf: ({ type: of, key }) => `${of} ${key}`,
    pageSize: PAGE_SIZE,
  })
  return (
    <>
      <div class="filters">
        <fieldset class="chips" aria-label="Kind of finding">
          <button type="button" aria-pressed={type === undefined} onClick={() => setFilters({ type: '' })}>
            all
          </button>
          {TYPES.map(each => (
            <button
              key={each}
              type="button"
              title={FINDINGS[each].meaning}
              aria-pressed={type === each}
              onClick={() => setFilters({ type: type === each ? '' : each })}
            >
              {FINDINGS[each].title} {crawl.findings && <b>{formatCount(crawl.findings[each])}</b>}
            </button>
          ))}
        </fieldset>
        <Fresh crawl={crawl} list={list} />
      </div>
      <p class="hint">{type && FINDINGS[type].meaning}</p>
      <Listing
        name="Findings"
        columns={['Page', 'What', 'Related addresses']}
        list={list}
        empty={hasEnded(crawl.status) ? 'Nothing found' : 'Counted when all pages are fetched'}
        row={finding => <Row key={`${finding.type} ${finding.key}`} finding={finding} />}
      />
    </>
  )
}

const Row = ({ finding: { key, url, detail, related } }: { finding: Finding }) => (
  <tr>
    <td class="wide">
      <PageLink pageKey={key} url={url} />
    </td>
    <td class="wide">{detail}</td>
    <td class="wide" title={related.join('\n')}>
      <span class="hint">{related.join(', ')}</span>
    </td>
  </tr>
)
