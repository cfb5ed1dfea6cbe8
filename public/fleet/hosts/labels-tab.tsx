import type { HostWithDetails } from '../../../src/contract/hosts'
import { client } from '../../api'
import { ConfirmButton } from '../../components/confirm-button'
import { Empty } from '../../components/empty'
import { isOperator } from '../../session'
import { useFetch } from '../../use-fetch'
import { isManual } from './label'
import { LabelHosts } from './label-hosts'

/** The labels of a host, manual and dynamic. */
export function LabelsTab({ host, onChanged }: { host: HostWithDetails; onChanged(): void }) {
  const { value, read } = useFetch('/api/labels', { limit: 500 })
  const known = new Map((value.value?.items ?? []).map(label => [label.id, label]))
  const remove = async (id: string, reason: string) => {
    await client.post('/api/labels/{id}/hosts', { id, body: { remove: [host.id], reason } })
    onChanged()
  }
  const added = () => {
    onChanged()
    void read() // it may be a new label
  }
  return (
    <section class="panel host-labels-tab" aria-label="Labels">
      {host.labels.length === 0 && <Empty title="No labels" />}
      <ul class="lines">
        {host.labels.map(({ id, name }) => {
          const label = known.get(id)
          return (
            <li key={id}>
              <a class="tag" href={`/hosts?label=${encodeURIComponent(name)}`}>
                {name}
              </a>
              <span class="hint">{label && (isManual(label) ? 'manual' : 'by query')}</span>
              <span class="line-name hint">{label?.description}</span>
              <span class="spacer" />
              {isOperator.value && label && isManual(label) && (
                <ConfirmButton
                  label="Remove"
                  confirmLabel={`Remove ${name}`}
                  effect={`${host.hostname} no longer has this label, nor runs what is scheduled for it.`}
                  done={`Label ${name} removed`}
                  onConfirm={reason => remove(id, reason)}
                />
              )}
            </li>
          )
        })}
      </ul>
      {isOperator.value && <LabelHosts hostIds={[host.id]} onDone={added} />}
    </section>
  )
}
