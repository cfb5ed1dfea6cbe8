import type { PageName } from '../../src/contract/pages'
import { canOpen, pageInfo } from '../page-table'

const TABS: PageName[] = ['hosts', 'saved-queries', 'packs', 'labels', 'enroll-secrets']

/** Links to the fleet pages. */
export function FleetNav({ current }: { current: PageName }) {
  const tab = (name: PageName) => {
    const page = pageInfo(name)
    if (!page || !canOpen(page)) return null
    return (
      <a key={name} href={page.path} aria-current={name === current ? 'page' : undefined}>
        {page.title}
      </a>
    )
  }
  return (
    <nav class="views" aria-label="Fleet">
      {TABS.map(tab)}
      <span class="spacer" />
      {tab('add-host')}
    </nav>
  )
}
