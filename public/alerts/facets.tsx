import type { Matcher } from '../../src/contract/matchers'
import { formatCount } from '../../text/numbers'
import { useMedia } from '../use-media'
import { severityRank } from './alert'
import { type AlertFilters, hasMatcher, toggleMatcher } from './filters'
import { Severity } from './severity'
import type { LabelValues } from './suggestions'

interface FacetsProps {
  filters: AlertFilters
  /** Null until they are known. */
  facets: { severities: LabelValues['values']; labels: readonly LabelValues[] } | null
  onChange(change: Partial<AlertFilters>): void
}

const LABELS_MAX = 12
const VALUES_MAX = 8

/** Counts by severity and by the most common values of labels. A click narrows the list to them. */
export function Facets(props: FacetsProps) {
  const isBeside = useMedia('(min-width: 1200px)')
  if (isBeside) {
    return (
      <aside class="facets" aria-label="Counts">
        <Content {...props} />
      </aside>
    )
  }
  return (
    <details class="facets is-folded">
      <summary class="button">Counts by label</summary>
      <Content {...props} />
    </details>
  )
}

function Content({ filters, facets, onChange }: FacetsProps) {
  const toggle = (matcher: Matcher) => onChange({ filter: toggleMatcher(filters, matcher) })
  const severities = [...(facets?.severities ?? [])].sort((a, b) => severityRank(a.value) - severityRank(b.value))
  const labels = (facets?.labels ?? []).filter(({ name }) => name !== 'severity').slice(0, LABELS_MAX)
  return (
    <div class="facet-list">
      <Facet label={{ name: 'severity', values: severities }} filters={filters} onToggle={toggle} />
      {labels.map(label => (
        <Facet key={label.name} label={label} filters={filters} onToggle={toggle} />
      ))}
    </div>
  )
}

interface FacetProps {
  label: LabelValues
  filters: AlertFilters
  onToggle(matcher: Matcher): void
}

function Facet({ label: { name, values }, filters, onToggle }: FacetProps) {
  return (
    <section class="facet" aria-label={name}>
      <h2>{name}</h2>
      <ul>
        {values.slice(0, VALUES_MAX).map(({ value, count }) => (
          <li key={value} class="facet-value">
            <button
              type="button"
              class="facet-only"
              aria-pressed={hasMatcher(filters, { name, op: '=', value })}
              title={`Only ${name}="${value}" (Alt+click: without it)`}
              onClick={event => onToggle({ name, op: event.altKey ? '!=' : '=', value })}
              onContextMenu={event => {
                event.preventDefault()
                onToggle({ name, op: '!=', value })
              }}
            >
              <span class="facet-text">{name === 'severity' ? <Severity of={value} /> : value || <i>none</i>}</span>
              <b>{formatCount(count)}</b>
            </button>
            <button
              type="button"
              class="facet-not"
              aria-pressed={hasMatcher(filters, { name, op: '!=', value })}
              aria-label={`Without ${name} ${value || 'none'}`}
              title={`Without ${name}="${value}"`}
              onClick={() => onToggle({ name, op: '!=', value })}
            >
              −
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
