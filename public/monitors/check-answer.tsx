import type { CheckAnswer } from '../../src/contract/checks'

/** What a server answered when a check failed: its headers, and the beginning of the body. */
export function CheckAnswerView({ answer: { headers, body, truncated } }: { answer: CheckAnswer }) {
  const lines = Object.entries(headers).map(pair => pair.join(': '))
  return (
    <section class="check-answer" aria-label="Answer">
      <h3>Answer{truncated && ', its beginning'}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1) */}
      <pre tabIndex={0}>
        {lines.length > 0 && <span class="hint">{lines.join('\n')}</span>}
        {lines.length > 0 && '\n\n'}
        {body === '' ? <span class="hint">(no body)</span> : body}
      </pre>
    </section>
  )
}
