import type { FetchRequest } from '../fetch/fetcher'
import { requestHeaders } from '../fetch/request-headers'
import { ACCEPT_PAGES, isPage } from '../html/page-type'
import type { PreviousPage } from './previous-pages'
import type { Site } from './site'

/** @param previous the page as an earlier crawl has read it */
export function pageRequest(site: Site, url: string, previous: PreviousPage | undefined): FetchRequest {
  const { timeout_ms, page_bytes } = site.settings.limits
  const conditional = previous && { etag: previous.content.etag, lastModified: previous.content.last_modified }
  return {
    url,
    method: 'GET',
    headers: headersFor(site, url, conditional),
    timeoutMs: timeout_ms,
    bodyBytesMax: page_bytes,
    wantsBody: (status, type) => status >= 200 && status < 300 && isPage(type),
  }
}

/** A request that only asks for the status. */
export const statusRequest = (site: Site, url: string, method: 'GET' | 'HEAD'): FetchRequest => ({
  url,
  method,
  headers: headersFor(site, url, undefined),
  timeoutMs: site.settings.limits.timeout_ms,
  bodyBytesMax: 0,
  wantsBody: () => false,
})

function headersFor(
  site: Site,
  url: string,
  conditional: { etag: string | null; lastModified: string | null } | undefined,
) {
  const { secrets, cookies } = site.parts
  const cookie = cookies?.header(url)
  return requestHeaders({
    url,
    userAgent: site.settings.user_agent,
    accept: ACCEPT_PAGES,
    ...(conditional && { conditional }),
    ...(cookie && { cookie }),
    secrets,
  })
}
