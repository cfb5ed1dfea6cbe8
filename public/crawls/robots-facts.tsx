import type { RobotsReport } from '../../src/contract/crawl-tools'
import { counted } from '../../text/numbers'
import { settingWords } from '../monitors/words'
import { ROBOTS_WORDS } from './words'

type Facts = Omit<RobotsReport, 'text' | 'verdicts'>

/** What a robots.txt says in general. */
export function RobotsFacts({
  robots: { outcome, detail, agents, crawl_delay_seconds, sitemaps, problems },
}: {
  robots: Facts
}) {
  const said = [
    agents.length > 0 ? `rules for ${agents.join(', ')}` : '',
    !crawl_delay_seconds ? '' : `it asks for ${settingWords(crawl_delay_seconds * 1_000)} between requests`,
    sitemaps.length > 0 ? counted(sitemaps.length, 'sitemap') : '',
    problems.length > 0 ? `${counted(problems.length, 'line')} not understood` : '',
  ].filter(Boolean)
  return (
    <>
      <span class={outcome === 'unreachable' ? 'is-bad' : undefined}>{ROBOTS_WORDS[outcome].meaning}</span>
      {detail && <span class="hint"> {detail}</span>}
      {said.length > 0 && <span class="hint"> Says: {said.join(', ')}.</span>}
    </>
  )
}
