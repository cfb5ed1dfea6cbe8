import type { Job } from '../../src/contract/jobs'

const GROUP_SIZE = 50

/** Rows that are rendered together, or not at all. */
export interface JobGroup {
  /** Identifies the group: newest first, the id of its oldest job when it was formed. */
  end: string
  jobs: Job[]
}

/**
 * Splits a list, newest first, into groups whose boundaries stay when jobs are added at the top or the bottom.
 * Otherwise each new job would shift one row across every boundary, and every group would be rendered again.
 * @param ends the boundaries so far, newest first; new ones are added
 */
export function groupsOf(jobs: readonly Job[], ends: string[]): JobGroup[] {
  const head = countNewer(jobs, ends[0])
  if (ends.length > 0) {
    // The jobs above the first boundary form new groups; only the topmost may be incomplete.
    for (let from = head - GROUP_SIZE; from > 0; from -= GROUP_SIZE) ends.unshift(jobs[from - 1]?.id ?? '')
  }
  const last = ends.at(-1)
  const tail = last === undefined ? 0 : countNewer(jobs, last)
  for (let from = tail; from < jobs.length; from += GROUP_SIZE)
    ends.push(jobs[Math.min(jobs.length, from + GROUP_SIZE) - 1]?.id ?? '')
  return split(jobs, ends)
}

/** The number of jobs down to a boundary, inclusive. */
function countNewer(jobs: readonly Job[], end: string | undefined) {
  if (end === undefined) return 0
  const at = jobs.findIndex(job => job.id < end)
  return at < 0 ? jobs.length : at
}

/** Groups of a list that only grows at its end: oldest first. */
export function groupsByPlace(jobs: readonly Job[]): JobGroup[] {
  const count = Math.ceil(jobs.length / GROUP_SIZE)
  return Array.from({ length: count }, (_, at) => ({
    end: `group ${at}`,
    jobs: jobs.slice(at * GROUP_SIZE, (at + 1) * GROUP_SIZE),
  }))
}

function split(jobs: readonly Job[], ends: readonly string[]): JobGroup[] {
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
