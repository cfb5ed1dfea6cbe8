import type { ComponentChildren } from 'preact'
import type { Job } from '../../src/contract/jobs'
import { ColumnsHead, columnsLayout } from '../components/columns'
import { LoadMore } from '../components/list-status'
import { isOldestFirst, turnOrder } from '../created-order'
import type { PagedList } from '../paged-list'
import { GroupedRows } from './grouped-rows'
import { JOB_TABLE } from './job-columns'
import { JobRow } from './job-row'
import type { ListState } from './list-state'

interface JobListProps {
  list: PagedList<Job>
  state: ListState
  renderDetails(job: Job): ComponentChildren
  /** Identifies the list; changes with its filters. */
  name: string
}

/** A list of any number of jobs, with details of those that are expanded. */
export function JobList({ list, state, renderDetails, name }: JobListProps) {
  const jobs = list.items.value ?? []
  return (
    <>
      {jobs.length > 0 && (
        <div class="jobs columns" {...columnsLayout(JOB_TABLE)}>
          <ColumnsHead
            {...JOB_TABLE}
            order={{ column: 'job-time', isOldestFirst: isOldestFirst.value, onTurn: turnOrder }}
          />
          <GroupedRows
            jobs={jobs}
            name={name}
            isOldestFirst={isOldestFirst.value}
            row={job => <JobRow key={job.id} job={job} state={state} renderDetails={renderDetails} />}
          />
        </div>
      )}
      <LoadMore list={list} />
    </>
  )
}
