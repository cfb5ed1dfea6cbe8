import type { ComponentChildren } from 'preact'
import type { PageName } from '../../src/contract/pages'
import { pageInfo } from '../page-table'
import { FleetNav } from './fleet-nav'

/** Navigation and heading of the fleet pages. */
export function FleetFrame({ page, children }: { page: PageName; children: ComponentChildren }) {
  return (
    <div class="page fleet">
      <FleetNav current={page} />
      <h1>{pageInfo(page)?.title}</h1>
      {children}
    </div>
  )
}
