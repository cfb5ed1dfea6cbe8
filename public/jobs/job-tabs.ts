import type { Job } from '../../src/contract/jobs'
import { formatCount } from '../../text/numbers'
import type { Descendants } from './children'

export type TabName = 'log' | 'timeline' | 'children' | 'attempts' | 'data'
export type Tab = readonly [name: TabName, label: string]

/** The tabs of a job page. Those that not every job has come last, so that the others do not move when they appear. */
export function tabsOf(job: Job, descendants: Descendants | null): Tab[] {
  return [
    ['log', 'Log'],
    ['timeline', 'Timeline'],
    ['data', 'Input and result'],
    ...(job.attempt > 1 ? [['attempts', `Attempts ${job.attempt}`] as const] : []),
    ...(descendants ? [['children', `Children ${formatCount(descendants.total)}`] as const] : []),
  ]
}

/** The tab that a URL asks for: the log if it asks for none, or for one that the job does not have. */
export function shownTab(tabs: readonly Tab[], search: string): TabName {
  const wanted = new URLSearchParams(search).get('tab')
  return tabs.find(([name]) => name === wanted)?.[0] ?? 'log'
}

/** The query string of another tab. The other parameters stay, so that the log is filtered as before on return. */
export function searchOfTab(name: TabName, search: string): string {
  const query = new URLSearchParams(search)
  if (name === 'log') query.delete('tab')
  else query.set('tab', name)
  const text = query.toString()
  return text && `?${text}`
}
