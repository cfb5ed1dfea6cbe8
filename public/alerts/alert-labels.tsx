import type { AlertItem } from '../../src/contract/alerts'
import { webAddress } from './alert'
import { AnyLink, LinkedText } from './alert-text'
import { alertsWith } from './filters'

/** Labels, annotations and links of an alert. */
export function AlertLabels({ alert: { labels, annotations, links, generator_url } }: { alert: AlertItem }) {
  const source = webAddress(generator_url)
  const all = [...Object.entries(links), ...(generator_url ? [['source', generator_url] as const] : [])]
  return (
    <div class="panels">
      <section class="panel" aria-label="Labels">
        <h2>Labels</h2>
        <dl class="facts is-first">
          {Object.entries(labels).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <a href={alertsWith(name, value)} title="All alerts with this label">
                  {value}
                </a>
              </dd>
            </div>
          ))}
        </dl>
      </section>
      <section class="panel" aria-label="Annotations">
        <h2>Annotations and links</h2>
        <dl class="facts is-first">
          {Object.entries(annotations).map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd class="annotation">
                <LinkedText text={value} />
              </dd>
            </div>
          ))}
          {all.map(([name, address]) => (
            <div key={`link ${name}`}>
              <dt>{name}</dt>
              <dd>
                <AnyLink address={address} />
              </dd>
            </div>
          ))}
        </dl>
        {Object.keys(annotations).length === 0 && all.length === 0 && source === null && (
          <p class="hint">Its source gave none.</p>
        )}
      </section>
    </div>
  )
}
