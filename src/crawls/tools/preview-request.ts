import type { CrawlSecrets, CrawlSettings } from '../../contract/crawl-settings'
import type { Fetcher } from '../fetch/fetcher'

export interface PreviewRequest {
  fetcher: Pick<Fetcher, 'fetch'>
  /** Checked, so that seeds are URLs. */
  settings: CrawlSettings
  secrets: CrawlSecrets
}
