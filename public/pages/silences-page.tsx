import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { MaintenanceWindow } from '../../src/contract/silences'
import { parseMatcher } from '../alerts/matcher-text'
import { PageFrame } from '../components/page-frame'
import { TabLinks } from '../components/tab-links'
import { search, setFilters } from '../router'
import { isOperator } from '../session'
import { SilenceDialog, type SilenceDraft } from '../silences/silence-dialog'
import { OneSilence, SilenceList } from '../silences/silence-list'
import { WindowDialog } from '../silences/window-dialog'
import { Windows } from '../silences/windows'
import { readFilters } from '../url-filters'

const TABS = [
  ['active', 'Active'],
  ['pending', 'Pending'],
  ['expired', 'Expired'],
  ['maintenance', 'Maintenance windows'],
] as const

/** Silences by their state, and maintenance windows with a calendar. */
export default function SilencesPage() {
  const filters = useMemo(() => readFilters(['tab', 'q', 'silence'], search.value), [search.value])
  const tab = TABS.map(([name]) => name).find(name => name === filters.tab) ?? 'active'
  const draft = useSignal<SilenceDraft | null>(draftIn(search.peek()))
  const edited = useSignal<MaintenanceWindow | 'new' | null>(null)
  const version = useSignal(0)
  const onSaved = () => {
    version.value += 1
  }
  const edit = (next: SilenceDraft) => {
    draft.value = next
  }
  const close = () => {
    draft.value = null
    setFilters({ matcher: '' })
  }
  return (
    <PageFrame
      page="silences"
      actions={
        isOperator.value &&
        (tab === 'maintenance' ? (
          <button type="button" class="primary" onClick={() => (edited.value = 'new')}>
            New window
          </button>
        ) : (
          <button type="button" class="primary" onClick={() => edit({ matchers: [] })}>
            New silence
          </button>
        ))
      }
    >
      <TabLinks
        tabs={TABS}
        current={tab}
        hrefOf={name => (name === 'active' ? '/silences' : `/silences?tab=${name}`)}
      />
      {filters.silence !== '' && (
        <OneSilence key={filters.silence} id={filters.silence} version={version.value} onEdit={edit} />
      )}
      {tab === 'maintenance' ? (
        <Windows version={version.value} onEdit={window => (edited.value = window)} />
      ) : (
        <SilenceList key={`${tab} ${filters.q}`} state={tab} q={filters.q} version={version.value} onEdit={edit} />
      )}
      {draft.value && <SilenceDialog draft={draft.value} onSaved={onSaved} onClose={close} />}
      {edited.value !== null && (
        <WindowDialog
          window={edited.value === 'new' ? null : edited.value}
          onSaved={onSaved}
          onClose={() => (edited.value = null)}
        />
      )}
    </PageFrame>
  )
}

/** The new silence that other pages link to, by its matchers. */
function draftIn(search: string): SilenceDraft | null {
  const matchers = new URLSearchParams(search).getAll('matcher').flatMap(text => parseMatcher(text) ?? [])
  return matchers.length > 0 ? { matchers } : null
}
