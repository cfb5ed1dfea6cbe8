import type { ComponentChildren } from 'preact'
import type { Incident } from '../../src/contract/incidents'
import { AnyLink, LinkedText } from '../alerts/alert-text'
import { alertSearchOf, groupMatchers } from '../alerts/filters'
import { Severity } from '../alerts/severity'
import { Ago, Moment } from '../components/time'
import { IncidentStatusMark } from './incident-status'

/** What one wants to know first: status, severity, who, and since when. */
export function IncidentSummary({ incident }: { incident: Incident }) {
  const { status, severity, opened_at, assignee, acknowledged_by, acknowledged_at, resolved_by, resolved_at } = incident
  const fields: Array<readonly [name: string, value: ComponentChildren]> = [
    ['Status', <IncidentStatusMark key="status" status={status} />],
    ['Severity', <Severity key="severity" of={severity ?? ''} />],
    ['Opened', <Moment key="opened" time={opened_at} />],
    ['Assignee', assignee?.name ?? 'nobody'],
    ['Receiver', incident.receiver ?? 'incidents only'],
    [
      'Acknowledged',
      acknowledged_at && (
        <>
          <Ago time={acknowledged_at} />
          {acknowledged_by && ` by ${acknowledged_by.name}`}
        </>
      ),
    ],
    [
      'Resolved',
      resolved_at && (
        <>
          <Ago time={resolved_at} />
          {resolved_by && ` by ${resolved_by.name}`}
        </>
      ),
    ],
    ['Flapping', incident.is_flapping && 'yes: notifications are held back'],
  ]
  return (
    <dl class="summary">
      {fields
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

/** What its alerts have in common, and where else to look. */
export function IncidentFacts({ incident }: { incident: Incident }) {
  const { group_labels, common_annotations, links } = incident
  const filter = groupMatchers(Object.keys(group_labels), group_labels)
  return (
    <section class="panel" aria-label="About its alerts">
      <h2>About its alerts</h2>
      <dl class="facts is-first">
        {Object.entries(common_annotations).map(([name, value]) => (
          <div key={`annotation ${name}`}>
            <dt>{name}</dt>
            <dd class="annotation">
              <LinkedText text={value} />
            </dd>
          </div>
        ))}
        {Object.entries(links).map(([name, address]) => (
          <div key={`link ${name}`}>
            <dt>{name}</dt>
            <dd>
              <AnyLink address={address} />
            </dd>
          </div>
        ))}
        <div>
          <dt>Grouped by</dt>
          <dd>
            {filter.length === 0 ? (
              'nothing: all alerts of its route'
            ) : (
              <a href={`/alerts${alertSearchOf({ filter })}`}>
                <code>{filter.join(', ')}</code>
              </a>
            )}
          </dd>
        </div>
      </dl>
    </section>
  )
}
