import type { Column } from '../components/columns'

const COLUMNS: readonly Column[] = [
  { name: 'crawl-status', title: 'Status', track: '92px' },
  { name: 'crawl-name', title: 'Crawl', track: 'minmax(160px, 1.6fr)', isMain: true },
  { name: 'crawl-pages', title: 'Pages', track: '190px' },
  { name: 'crawl-rate', title: 'Rate', track: '72px', isNumber: true },
  { name: 'crawl-end', title: 'Result', track: 'minmax(0, 1fr)' },
  { name: 'crawl-broken', title: 'Broken links', track: '92px', isNumber: true },
  { name: 'crawl-who', title: 'By', track: 'minmax(0, 0.6fr)' },
  { name: 'crawl-started', title: 'Started', track: '84px', isNumber: true },
]

/** Columns of the list of crawls. */
export const CRAWL_TABLE = { table: 'crawls', columns: COLUMNS } as const
