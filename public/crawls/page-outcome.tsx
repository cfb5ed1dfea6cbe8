import type { CrawledPage } from '../../src/contract/crawl-pages'
import { OUTCOME_WORDS, reasonWords } from './words'

type Settled = Pick<CrawledPage, 'outcome' | 'status_code' | 'reason'>

/** What became of a URL as a coloured mark and text: its status code, or why there is none. */
export function PageOutcomeMark({ page: { outcome, status_code, reason } }: { page: Settled }) {
  const text = status_code === null ? OUTCOME_WORDS[outcome] : String(status_code)
  return (
    <span class={`status is-page-${outcome}`} title={reason === null ? OUTCOME_WORDS[outcome] : reasonWords(reason)}>
      <span class="dot" aria-hidden="true" />
      {text}
      {status_code !== null && outcome !== 'fetched' && <span class="hidden"> {OUTCOME_WORDS[outcome]}</span>}
    </span>
  )
}
