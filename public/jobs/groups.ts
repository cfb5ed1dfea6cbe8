import type { Job } from '../../src/contract/jobs'

const GROUP = 50

/** Rows that are drawn, or left out, together. */
export interface JobGroup {
  /** Id of its oldest job when it was made: it names the group for good. */
  end: string
  jobs: Job[]
}

/**
 * Cuts a list, newest first, into groups whose borders stay where they are while jobs come in at the top or are added
 * below: otherwise each new job would move one row over every border, and draw it anew.
 * @param ends the borders so far, newest first; those that are missing are added
 */
export function groupsOf(jobs: readonly Job[], ends: string[]): JobGroup[] {
  const head = countNewer(jobs, ends[0])
  if (ends.length > 0) {
    // Full up to the border above which new groups begin, of the oldest jobs first.
    for (let from = head - GROUP; from > 0; from -= GROUP) ends.unshift(jobs[from - 1]?.id ?? '')
  }
  const last = ends.at(-1)
  const tail = last === undefined ? 0 : countNewer(jobs, last)
  for (let from = tail; from < jobs.length; from += GROUP)
    ends.push(jobs[Math.min(jobs.length, from + GROUP) - 1]?.id ?? '')
  return cut(jobs, ends)
}

/** How many jobs stand above or on a border. */
function countNewer(jobs: readonly Job[], end: string | undefined) {
  if (end === undefined) return 0
  const at = jobs.findIndex(job => job.id < end)
  return at < 0 ? jobs.length : at
}

function cut(jobs: readonly Job[], ends: readonly string[]): JobGroup[] {
  const groups: JobGroup[] = []
  let from = 0
  for (const end of ends) {
    let to = from
    while (to < jobs.length && (jobs[to]?.id ?? '') >= end) to++
    if (to > from) groups.push({ end, jobs: jobs.slice(from, to) })
    from = to
  }
  return groups
}
