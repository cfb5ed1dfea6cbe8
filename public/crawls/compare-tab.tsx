import { useMemo } from 'preact/hooks'
import type { CrawlChangeItem } from '../../src/contract/crawl-reports'
import type { Crawl } from '../../src/contract/crawls'
import { COMPARISONS } from '../../src/contract/values'
import { formatCount } from '../../text/numbers'
import { formatDateTime } from '../../text/times'
import { Empty, Failure } from '../components/empty'
import { FilterSelect } from '../components/filter-select'
import { ScrollTable, TableHead } from '../components/listing'
import { hasEnded } from '../jobs/job'
import { search, setFilters } from '../router'
import { useFetch } from '../use-fetch'
import { Out } from './out'

type Change = (typeof COMPARISONS)[number]

const WORDS: Record<Change, { title: string; meaning: string }> = {
  new: { title: 'New', meaning: 'Pages that the earlier crawl did not have.' },
  gone: { title: 'Gone', meaning: 'Pages that only the earlier crawl had.' },
  changed: { title: 'Changed', meaning: 'Pages with other content, title or status.' },
  moved: { title: 'Moved', meaning: 'Pages with the same content at another address.' },
}
const EARLIER = 50

/** What is different from an earlier crawl of the same site. */
export function CompareTab({ crawl }: { crawl: Crawl }) {
  const query = new URLSearchParams(search.value)
  const other = query.get('with') || crawl.previous_id
  const { value } = useFetch('/api/crawls', { q: crawl.seeds[0] ?? '', limit: EARLIER })
  const earlier = (value.value?.items ?? []).filter(
    ({ id, created_at, status }) => id !== crawl.id && created_at < crawl.created_at && hasEnded(status),
  )
  return (
    <>
      <div class="filters compare-filters">
        <FilterSelect
          label="Earlier crawl"
          all={crawl.previous_id ? 'The crawl before' : 'Choose an earlier crawl'}
          value={query.get('with') ?? ''}
          options={earlier.map(each => ({
            value: each.id,
            name: `${formatDateTime(each.started_at ?? each.created_at)}, ${formatCount(each.fetched)} pages`,
          }))}
          onChange={id => setFilters({ with: id })}
        />
        {other && <a href={`/crawls/${other}`}>Open the earlier crawl</a>}
      </div>
      {other ? (
        <Comparison key={other} id={crawl.id} other={other} wanted={query.get('change')} />
      ) : (
        <Empty title="Nothing to compare with">
          <p>This is the first crawl of this site. Run it again later to see what has changed.</p>
        </Empty>
      )}
    </>
  )
}

interface ComparisonProps {
  id: string
  other: string
  /** The kind of change that is shown. */
  wanted: string | null
}

function Comparison({ id, other, wanted }: ComparisonProps) {
  const { value, problem, read } = useFetch('/api/crawls/{id}/compare/{other}', { id, other })
  const found = value.value
  const change = COMPARISONS.find(each => each === wanted)
  const shown = useMemo(
    () => (found ? COMPARISONS.filter(each => change === undefined || each === change) : []),
    [found, change],
  )
  if (problem.value !== '' && !found) return <Failure message={problem.value} onRetry={() => void read()} />
  if (!found) return <div class="is-loading" aria-busy="true" />
  const { counts } = found
  const isSame = COMPARISONS.every(each => counts[each] === 0)
  return (
    <>
      <fieldset class="chips" aria-label="Kind of change">
        <button type="button" aria-pressed={change === undefined} onClick={() => setFilters({ change: '' })}>
          all
        </button>
        {COMPARISONS.map(each => (
          <button
            key={each}
            type="button"
            title={WORDS[each].meaning}
            aria-pressed={change === each}
            onClick={() => setFilters({ change: change === each ? '' : each })}
          >
            {WORDS[each].title} <b>{formatCount(counts[each])}</b>
          </button>
        ))}
        <span class="hint crawl-unchanged">{formatCount(counts.unchanged)} unchanged</span>
      </fieldset>
      {isSame ? (
        <Empty title="Nothing has changed">
          <p>Both crawls found the same pages with the same content.</p>
        </Empty>
      ) : (
        shown.map(each => <Changes key={each} change={each} items={found[each]} count={counts[each]} />)
      )}
    </>
  )
}

function Changes({ change, items, count }: { change: Change; items: readonly CrawlChangeItem[]; count: number }) {
  if (items.length === 0) return null
  const { title, meaning } = WORDS[change]
  return (
    <section class="compare-section" aria-label={title}>
      <h2>{title}</h2>
      <p class="hint">{meaning}</p>
      <ScrollTable name={`${title} pages`}>
        <TableHead columns={['Page', 'Title', 'What']} />
        <tbody>
          {items.map(({ key, url, title: name, detail }) => (
            <tr key={key}>
              <td class="wide">
                <Out url={url} />
              </td>
              <td class="wide">{name}</td>
              <td class="wide">{detail}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {items.length < count && <p class="hint">The first {formatCount(items.length)} are shown.</p>}
    </section>
  )
}
