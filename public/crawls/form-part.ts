import type { Signal } from '@preact/signals'
import type { Fault } from '../api'
import type { CrawlDraft } from './draft'

/** What a part of the form for a crawl works on. */
export interface FormPartProps {
  draft: Signal<CrawlDraft>
  faults: readonly Fault[]
}
