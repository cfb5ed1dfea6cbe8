import type { Audit } from '../../access'
import type { Maintenance } from '../../alerts'
import type { Endpoint } from '../../api'
import type { Db } from '../../base/db'
import { type StatusPagesMount, statusPagesMount } from './public-routes'
import { PublishedPages } from './published-pages'
import { readStatus } from './read-status'
import { statusPageEndpoints } from './status-page-routes'

export interface StatusPagesDeps {
  db: Db
  audit: Audit
  maintenance: Maintenance
}

export interface StatusPages {
  endpoints: Endpoint[]
  mount: StatusPagesMount
}

/** Status pages: what anybody sees of chosen monitors. */
export function createStatusPages({ db, audit, maintenance }: StatusPagesDeps): StatusPages {
  const pages = new PublishedPages(slug => readStatus({ db, maintenance }, slug))
  return { endpoints: statusPageEndpoints({ db, audit }), mount: statusPagesMount(pages) }
}
