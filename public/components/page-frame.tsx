import type { ComponentChildren } from 'preact'
import type { PageName } from '../../src/contract/pages'
import { pageInfo } from '../page-table'

interface PageFrameProps {
  page: PageName
  /** Beside the heading: the page's main action last. */
  actions?: ComponentChildren
  children: ComponentChildren
}

/** A page with its title as the heading. */
export const PageFrame = ({ page, actions, children }: PageFrameProps) => (
  <div class={`page ${page}-page`}>
    <header class="page-head">
      <h1>{pageInfo(page)?.title}</h1>
      {actions && <div class="row">{actions}</div>}
    </header>
    {children}
  </div>
)
