import type { CrawlSettings } from '../../src/contract/crawl-settings'
import { CRAWL_ALERTS, SEVERITIES } from '../../src/contract/values'
import type { FormPartProps } from './form-part'

const WORDS: Record<CrawlSettings['alert_on'][number], string> = {
  broken_links: 'It found broken links',
  new_broken_links: 'It found broken links that the crawl before did not have',
  ended_badly: 'It ended badly: blocked, failed or stopped by a limit',
}

const toggled = <Name extends string>(names: readonly Name[], name: Name): Name[] =>
  names.includes(name) ? names.filter(each => each !== name) : [...names, name]

/** What raises an alert at the end. */
export function AlertFields({ draft }: FormPartProps) {
  const { alertOn, alertSeverity } = draft.value
  return (
    <section class="panel" aria-label="Alerts">
      <h2>Raise an alert at the end if</h2>
      <div class="crawl-checks">
        {CRAWL_ALERTS.map(each => (
          <label key={each} class="check-label">
            <input
              type="checkbox"
              checked={alertOn.includes(each)}
              onChange={() => (draft.value = { ...draft.peek(), alertOn: toggled(alertOn, each) })}
            />
            {WORDS[each]}
          </label>
        ))}
        {alertOn.length > 0 && (
          <label class="field">
            Severity
            <select
              value={alertSeverity}
              onChange={event => {
                const alertSeverity = SEVERITIES.find(each => each === event.currentTarget.value) ?? 'warning'
                draft.value = { ...draft.peek(), alertSeverity }
              }}
            >
              {SEVERITIES.map(severity => (
                <option key={severity}>{severity}</option>
              ))}
            </select>
          </label>
        )}
      </div>
    </section>
  )
}
