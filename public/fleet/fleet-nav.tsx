import type { PageName } from '../../src/contract/pages'
import { mayOpen, pageInfo } from '../page-table'

const TABS: PageName[] = ['hosts', 'saved-queries', 'packs', 'labels', 'enroll-secrets']

/** Links to the pages about the fleet. */
export function FleetNav({ current }: { current: PageName }) {
  const tab = (name: PageName) => {
    const page = pageInfo(name)
    if (!page || !mayOpen(page)) return null
    return (
      <a key={name} href={page.path} aria-current={name === current ? 'page' : undefined}>
        {page.title}
      </a>
    )
  }
  return (
    <nav class="views" aria-label="Fleet">
      {TABS.map(tab)}
      <span class="spring" />
      {tab('add-host')}
    </nav>
  )
}
