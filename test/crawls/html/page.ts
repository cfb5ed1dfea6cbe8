import { type ReadOptions, readPage } from '../../../src/crawls/html/read-page'

export const URL_OF_PAGE = 'https://example.org/docs/page.html'

/** Reads HTML as a page of `URL_OF_PAGE`. */
export const pageOf = (html: string, options: Partial<ReadOptions> = {}) =>
  readPage(html, { url: URL_OF_PAGE, token: 'Tailrace', extract: [], linksMax: 100, obeyNofollow: true, ...options })

export const linksOf = (html: string, options: Partial<ReadOptions> = {}) =>
  pageOf(html, options).links.map(({ url }) => url.replace('https://example.org', ''))
