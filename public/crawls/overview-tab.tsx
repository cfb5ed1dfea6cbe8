import type { ComponentChildren } from 'preact'
import type { Crawl } from '../../src/contract/crawls'
import { FINDING_TYPES } from '../../src/contract/values'
import { counted, formatCount } from '../../text/numbers'
import { importAgain } from '../import-again'
import { hasEnded } from '../jobs/job'
import { settingWords } from '../monitors/words'
import { byCount } from './counts'
import { loadedLater } from './loaded-later'
import { StatusCodes } from './status-codes'
import { tabAddress } from './tabs'
import { FINDINGS, nameOfSeeds, reasonWords, SCOPES, skippedWords } from './words'

const RateChart = loadedLater(
  async () => (await importAgain(() => import('./rate-chart'))).RateChart,
  'charts is-single is-loading',
)

/** What a crawl came to so far, with links to the lists. */
export function OverviewTab({ crawl }: { crawl: Crawl }) {
  const { id, status, skipped, failed_by, previous_id } = crawl
  return (
    <>
      {!hasEnded(status) && <RateChart crawl={crawl} />}
      <div class="panels">
        <div class="crawl-column">
          <Findings crawl={crawl} />
          <Settings crawl={crawl}>
            {previous_id && (
              <p class="crawl-previous">
                <a href={tabAddress(id, 'compare')}>Compare with the crawl before</a>
              </p>
            )}
          </Settings>
        </div>
        <div class="crawl-column">
          <section class="panel" aria-label="Failed">
            <h2>Failed, by reason</h2>
            <Reasons id={id} status="failed" counts={failed_by} none="Nothing failed." />
          </section>
          <section class="panel" aria-label="Skipped">
            <h2>Skipped, by reason</h2>
            <Reasons id={id} status="skipped" counts={skipped} none="Nothing was skipped." />
          </section>
          <StatusCodes crawl={crawl} />
        </div>
      </div>
    </>
  )
}

function Findings({ crawl: { id, status, findings } }: { crawl: Crawl }) {
  return (
    <section class="panel" aria-label="Findings">
      <h2>Worth a look</h2>
      {findings === null ? (
        <p class="hint">
          {hasEnded(status) ? 'It ended before its findings were counted.' : 'Counted when all pages are fetched.'}{' '}
          <a href={tabAddress(id, 'broken')}>Broken links so far</a>
        </p>
      ) : (
        <ul class="lines">
          {FINDING_TYPES.map(type => (
            <li key={type} title={FINDINGS[type].meaning}>
              <a
                class="grow line-name"
                href={type === 'broken_link' ? tabAddress(id, 'broken') : tabAddress(id, 'findings', { type })}
              >
                {FINDINGS[type].title}
              </a>
              <b class={findings[type] === 0 ? 'hint' : type === 'broken_link' ? 'is-bad' : undefined}>
                {formatCount(findings[type])}
              </b>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

interface ReasonsProps {
  id: string
  status: 'failed' | 'skipped'
  counts: Readonly<Record<string, number>>
  none: string
}

function Reasons({ id, status, counts, none }: ReasonsProps) {
  const reasons = byCount(counts)
  if (reasons.length === 0) return <p class="hint">{none}</p>
  return (
    <ul class="lines">
      {reasons.map(([reason, count]) => (
        <li key={reason}>
          <a class="grow line-name" href={tabAddress(id, 'pages', { status, reason })}>
            {status === 'skipped' ? skippedWords(reason) : reasonWords(reason)}
          </a>
          <b>{formatCount(count)}</b>
        </li>
      ))}
    </ul>
  )
}

function Settings({ crawl, children }: { crawl: Crawl; children: ComponentChildren }) {
  const { seeds, scope, limits, politeness, user_agent, has_secrets } = crawl
  const patterns = [...scope.include.map(text => `only ${text}`), ...scope.exclude.map(text => `not ${text}`)]
  return (
    <section class="panel" aria-label="Settings">
      <h2>Settings</h2>
      <dl class="facts is-first">
        <Fact name="Starts at">{nameOfSeeds(seeds)}</Fact>
        <Fact name="Scope">
          {SCOPES.find(([type]) => type === scope.type)?.[1]}
          {patterns.length > 0 && <span class="hint"> {patterns.join(', ')}</span>}
        </Fact>
        <Fact name="Limits">
          {counted(limits.pages, 'page')}, depth {formatCount(limits.depth)}, {settingWords(limits.seconds * 1_000)}
        </Fact>
        <Fact name="Politeness">
          {counted(politeness.concurrency, 'request')} at once, {settingWords(politeness.delay_ms)} apart
          {!politeness.obey_robots && <b class="is-warn">, robots.txt ignored</b>}
        </Fact>
        <Fact name="User agent">
          <code>{user_agent}</code>
        </Fact>
        {has_secrets.length > 0 && <Fact name="Secrets">{has_secrets.join(', ')}</Fact>}
      </dl>
      {children}
    </section>
  )
}

const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)
