import type { RobotsReport, RobotsVerdict } from '../../src/contract/crawl-tools'
import { CopyBlock } from '../components/copy-block'
import { ScrollTable, TableHead } from '../components/listing'
import { RobotsFacts } from './robots-facts'

/** What a robots.txt says of URLs, and what of it is not understood. */
export function RobotsResult({ report }: { report: RobotsReport }) {
  const { verdicts, problems, sitemaps, text } = report
  return (
    <>
      <section class="panel" aria-label="In general">
        <p>
          <RobotsFacts robots={report} />
        </p>
        {sitemaps.length > 0 && (
          <ul>
            {sitemaps.map(url => (
              <li key={url}>
                <code>{url}</code>
              </li>
            ))}
          </ul>
        )}
      </section>
      {verdicts.length > 0 && (
        <ScrollTable name="Verdicts">
          <TableHead columns={['Verdict', 'Address', 'Rule']} />
          <tbody>
            {verdicts.map(verdict => (
              <Row key={verdict.url} verdict={verdict} />
            ))}
          </tbody>
        </ScrollTable>
      )}
      {problems.length > 0 && (
        <section class="panel" aria-label="Not understood">
          <h2>Lines that are not understood</h2>
          <ul class="robots-problems">
            {problems.map(({ line, text: said, message }) => (
              <li key={line}>
                <b>{line}</b> <code>{said}</code> <span class="hint">{message}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {text !== '' && <CopyBlock name="robots.txt" text={text} />}
    </>
  )
}

function Row({ verdict: { url, allowed, rule, line, problem } }: { verdict: RobotsVerdict }) {
  return (
    <tr>
      <td>
        {problem === null ? (
          <span class={allowed ? 'status is-up' : 'status is-down'}>
            <span class="dot" aria-hidden="true" />
            {allowed ? 'allowed' : 'forbidden'}
          </span>
        ) : (
          <span class="hint">unknown</span>
        )}
      </td>
      <td class="wide">
        <code>{url}</code>
      </td>
      <td class="wide">
        {problem ?? (rule === null ? <span class="hint">no rule matches</span> : <code>{rule}</code>)}
        {line !== null && <span class="hint"> line {line}</span>}
      </td>
    </tr>
  )
}
