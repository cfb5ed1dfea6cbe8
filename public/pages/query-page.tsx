import { useMemo } from 'preact/hooks'
import type { Query } from '../../src/contract/queries'
import { formatCount } from '../../text/numbers'
import { Empty, Failure } from '../components/empty'
import { outcomeWords } from '../components/outcome'
import { Errors } from '../fleet/query/errors'
import { QueryActions } from '../fleet/query/query-actions'
import { QuerySummary } from '../fleet/query/query-summary'
import { Results } from '../fleet/query/results'
import { TargetHosts } from '../fleet/query/target-hosts'
import { useQuery } from '../fleet/query/use-query'
import { Values } from '../fleet/query/values'
import { searchOf, type View, type ViewName, viewOf } from '../fleet/query/view'
import { navigate, search } from '../router'
import { useTitle } from '../use-title'

const TITLE_CHARACTERS_MAX = 60

/** A live query: its progress, and its results by row, host, error or value. */
export default function QueryPage({ id }: { id: string }) {
  const { query, problem, read } = useQuery(id)
  if (problem.value !== '' && !query.value) {
    return (
      <div class="page">
        <Failure message={problem.value} onRetry={() => void read()} />
        <Empty title="Query not available">
          <a href="/queries">Back to queries</a>
        </Empty>
      </div>
    )
  }
  if (!query.value) return <div class="page is-loading" aria-busy="true" />
  return <QueryView query={query.value} onChanged={() => void read()} />
}

function QueryView({ query, onChanged }: { query: Query; onChanged(): void }) {
  useTitle(`${outcomeWords(query)} · ${query.sql.replace(/\s+/g, ' ').slice(0, TITLE_CHARACTERS_MAX)}`)
  const view = useMemo(() => viewOf(search.value), [search.value])
  const set = (change: Partial<View>) =>
    navigate(`/queries/${query.id}${searchOf({ ...view, ...change })}`, { replace: change.view === undefined })
  return (
    <div class={view.view === 'rows' ? 'page query is-rows' : 'page query'}>
      <header class="page-head">
        <div class="job-title">
          <p class="crumbs">
            <a href="/queries">Queries</a>
          </p>
          <h1>Live query</h1>
        </div>
        <QueryActions query={query} onChanged={onChanged} />
      </header>
      <QuerySummary query={query} view={view} set={set} />
      <Tabs query={query} view={view} set={set} />
      {view.view === 'rows' && <Results query={query} view={view} set={set} />}
      {view.view === 'hosts' && <TargetHosts query={query} view={view} set={set} />}
      {view.view === 'errors' && <Errors query={query} set={set} />}
      {view.view === 'values' && <Values query={query} view={view} set={set} />}
    </div>
  )
}

interface TabsProps {
  query: Query
  view: View
  set(change: Partial<View>): void
}

function Tabs({ query: { counts, row_count }, view, set }: TabsProps) {
  const TABS: Array<{ view: ViewName; name: string; count?: number }> = [
    { view: 'rows', name: 'Rows', count: row_count },
    { view: 'hosts', name: 'Hosts', count: counts.targets },
    { view: 'errors', name: 'Errors', count: counts.failed + counts.denylisted },
    { view: 'values', name: 'Values' },
  ]
  return (
    <nav class="views" aria-label="Result views">
      {TABS.map(tab => (
        <button
          key={tab.view}
          type="button"
          class="view-tab"
          aria-current={view.view === tab.view ? 'page' : undefined}
          onClick={() => set({ view: tab.view, state: '', q: '', host: '' })}
        >
          {tab.name}
          {tab.count !== undefined && <span class="hint">{formatCount(tab.count)}</span>}
        </button>
      ))}
    </nav>
  )
}
