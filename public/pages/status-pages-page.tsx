import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import '../css/monitor-rules.page.css'
import '../css/status-pages.page.css'
import type { StatusPage } from '../../src/contract/status-pages'
import { messageOf } from '../api'
import { Empty, Failure } from '../components/empty'
import { ListStatus, LoadMore } from '../components/list-status'
import { PageFrame } from '../components/page-frame'
import { TypedFilter } from '../components/typed-filter'
import { search, setFilters } from '../router'
import { isOperator } from '../session'
import { StatusPageCard } from '../status-pages/status-page-card'
import { StatusPageDialog } from '../status-pages/status-page-dialog'
import { readFilters } from '../url-filters'
import { byId, usePagedList } from '../use-paged-list'

const POLL_MS = 10_000

/** Public status pages, published or not. */
export default function StatusPagesPage() {
  const { q } = useMemo(() => readFilters(['q'], search.value), [search.value])
  const list = usePagedList('/api/status-pages', {
    params: q === '' ? {} : { q },
    idOf: byId,
    pageSize: 100,
    pollMs: POLL_MS,
  })
  const edited = useSignal<StatusPage | 'new' | null>(null)
  const refused = useSignal('')
  const change = async (work: Promise<unknown>) => {
    refused.value = await work.then(() => '', messageOf)
    await list.refresh()
  }
  const pages = list.items.value ?? []
  return (
    <PageFrame
      page="status-pages"
      actions={
        isOperator.value && (
          <button type="button" class="primary" onClick={() => (edited.value = 'new')}>
            New status page
          </button>
        )
      }
    >
      <search class="filters">
        <TypedFilter
          label="Search status pages"
          hint="Title or address"
          value={q}
          hasShortcut
          onTyped={text => setFilters({ q: text })}
        />
      </search>
      {refused.value !== '' && <Failure message={refused.value} />}
      <ListStatus list={list} empty={<NoPages isFiltered={q !== ''} />} />
      {pages.length > 0 && (
        <ul class="silences" aria-label="Status pages">
          {pages.map(page => (
            <StatusPageCard
              key={page.id}
              page={page}
              onChange={work => void change(work)}
              onChanged={() => void list.refresh()}
              onEdit={() => (edited.value = page)}
            />
          ))}
        </ul>
      )}
      <LoadMore list={list} />
      {edited.value !== null && (
        <StatusPageDialog
          page={edited.value === 'new' ? null : edited.value}
          onSaved={() => void list.refresh()}
          onClose={() => (edited.value = null)}
        />
      )}
    </PageFrame>
  )
}

const NoPages = ({ isFiltered }: { isFiltered: boolean }) =>
  isFiltered ? (
    <Empty title="No status pages match">
      <a href="/status-pages">Show all status pages</a>
    </Empty>
  ) : (
    <Empty title="No status pages yet">
      <p>A status page shows the state of chosen monitors to anybody, without signing in.</p>
    </Empty>
  )
