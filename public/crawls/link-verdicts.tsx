import type { LinkVerdict } from '../../src/contract/crawl-tools'
import { reasonWords } from './words'

/** Links of a page with what a crawl would do with each, and why not. */
export function LinkVerdicts({ links }: { links: readonly LinkVerdict[] }) {
  if (links.length === 0) return <p class="hint">The page has no links.</p>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="verdicts" tabIndex={0} aria-label="Verdicts">
      <ul>
        {links.map(({ url, text, accepted, reason, explanation }) => (
          <li key={url} class={accepted ? 'verdict is-accepted' : 'verdict'}>
            <span class="verdict-mark" aria-hidden="true">
              {accepted ? '✓' : '✕'}
            </span>
            <span class="hidden">{accepted ? 'Followed: ' : 'Not followed: '}</span>
            <span class="verdict-what">
              <code title={text}>{url}</code>
              {!accepted && <span class="hint">{explanation ?? (reason && reasonWords(reason))}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
