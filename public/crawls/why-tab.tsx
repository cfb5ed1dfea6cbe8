import type { WhyNot } from '../../src/contract/crawl-pages'
import type { Crawl } from '../../src/contract/crawls'
import { counted } from '../../text/numbers'
import { Failure } from '../components/empty'
import { search, setFilters } from '../router'
import { useFetch } from '../use-fetch'
import { useFocus } from '../use-focus'
import { addressIn } from './fields'
import { Out } from './out'
import { PageLink } from './page-link'
import { reasonWords } from './words'

/** Says what became of any URL, and why. */
export function WhyTab({ crawl }: { crawl: Crawl }) {
  const url = new URLSearchParams(search.value).get('url') ?? ''
  const input = useFocus()
  return (
    <>
      <form
        class="why-form"
        onSubmit={event => {
          event.preventDefault()
          const entered = String(new FormData(event.currentTarget).get('url')).trim()
          if (entered !== '') setFilters({ url: addressIn(entered) })
        }}
      >
        <label class="field grow">
          Any address
          <input
            ref={input}
            key={url}
            name="url"
            required
            maxLength={2_048}
            spellcheck={false}
            defaultValue={url}
            placeholder={crawl.seeds[0]}
          />
        </label>
        <button type="submit">Why?</button>
      </form>
      {url === '' ? (
        <p class="hint">Says whether the crawl fetched, failed or skipped it, or why it never came to it.</p>
      ) : (
        <Answer key={`${url} ${crawl.status}`} id={crawl.id} url={url} />
      )}
    </>
  )
}

function Answer({ id, url }: { id: string; url: string }) {
  const { value, problem, read } = useFetch('/api/crawls/{id}/why', { id, url })
  if (value.value) return <Verdict why={value.value} />
  if (problem.value !== '') return <Failure message={problem.value} onRetry={() => void read()} />
  return <div class="panel is-loading" aria-busy="true" />
}

const STATES: Record<WhyNot['state'], string> = {
  fetched: 'It was fetched',
  failed: 'It failed',
  skipped: 'It was skipped',
  queued: 'It waits for its turn',
  leased: 'It is being fetched',
  unknown: 'The crawl does not know it',
}

function Verdict({ why: { url, state, reason, explanation, page, referrers } }: { why: WhyNot }) {
  return (
    <section class="panel why" aria-label="Answer" aria-live="polite">
      <p>
        <b class={state === 'failed' ? 'is-bad' : undefined}>{STATES[state]}</b>
        {reason !== null && <span class="badge">{reasonWords(reason)}</span>}
      </p>
      <p>{explanation}</p>
      <p>{page ? <PageLink pageKey={page.key} url={page.url} /> : <Out url={url} />}</p>
      {referrers.length > 0 && (
        <>
          <h3>
            {counted(referrers.length, 'page')} that {referrers.length === 1 ? 'links' : 'link'} to it
          </h3>
          <ul>
            {referrers.map((referrer, at) => (
              <li key={at}>
                <Out url={referrer.url} /> <span class="hint">{referrer.text}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
