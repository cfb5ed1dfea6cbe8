import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { ScheduleItem } from '../../src/contract/schedules'
import { messageOf } from '../api'
import { Failure } from '../components/empty'
import { FilterSelect } from '../components/filter-select'
import { Listing } from '../components/listing'
import { PageFrame } from '../components/page-frame'
import { TypedFilter } from '../components/typed-filter'
import { useKinds } from '../jobs/use-kinds'
import { search, setFilters } from '../router'
import { ScheduleForm } from '../schedules/schedule-form'
import { ScheduleRow } from '../schedules/schedule-row'
import { isOperator } from '../session'
import { readFilters } from '../url-filters'
import { byId, usePagedList } from '../use-paged-list'

const POLL_MS = 5_000
const FILTERS = ['q', 'kind', 'enabled'] as const
const ENABLED = [
  { value: 'true', name: 'Not paused' },
  { value: 'false', name: 'Paused' },
]

/** Jobs that are created again and again: when, how that went, and changing it. */
export default function SchedulesPage() {
  const filters = useMemo(() => readFilters(FILTERS, search.value), [search.value])
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''))
  const list = usePagedList('/api/schedules', { params: given, idOf: byId, pollMs: POLL_MS })
  const kinds = useKinds()
  const startable = kinds.filter(({ role }) => role !== null)
  const edited = useSignal<ScheduleItem | 'new' | null>(null)
  const refused = useSignal('')
  const change = async (work: Promise<unknown>) => {
    refused.value = await work.then(() => '', messageOf)
    await list.refresh()
  }
  return (
    <PageFrame
      page="schedules"
      actions={
        isOperator.value &&
        startable.length > 0 && (
          <button type="button" class="primary" onClick={() => (edited.value = 'new')}>
            New schedule
          </button>
        )
      }
    >
      <search class="filters">
        <TypedFilter
          label="Search"
          hint="Name or kind"
          value={filters.q}
          hasShortcut
          onTyped={q => setFilters({ q })}
        />
        <FilterSelect
          label="Kind"
          all="All kinds"
          value={filters.kind}
          options={kinds.map(({ name, label }) => ({ value: name, name: label }))}
          onChange={kind => setFilters({ kind })}
        />
        <FilterSelect
          label="State"
          all="Paused or not"
          value={filters.enabled}
          options={ENABLED}
          onChange={enabled => setFilters({ enabled })}
        />
      </search>
      {refused.value !== '' && <Failure message={refused.value} />}
      {edited.value !== null && (
        <ScheduleForm
          schedule={edited.value === 'new' ? null : edited.value}
          kinds={startable}
          onSaved={() => void list.refresh()}
          onClose={() => (edited.value = null)}
        />
      )}
      <Listing
        name="Schedules"
        columns={['Name', 'Timing', 'Next run', 'Last run', '']}
        list={list}
        empty="No schedules match"
        row={schedule => (
          <ScheduleRow
            key={schedule.id}
            schedule={schedule}
            label={kinds.find(({ name }) => name === schedule.kind)?.label ?? schedule.kind}
            onChange={work => void change(work)}
            onChanged={() => void list.refresh()}
            onEdit={() => (edited.value = schedule)}
          />
        )}
      />
    </PageFrame>
  )
}
