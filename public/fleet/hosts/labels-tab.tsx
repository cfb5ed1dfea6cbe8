import { useSignal } from '@preact/signals'
import type { HostWithDetails } from '../../../src/contract/hosts'
import { client, messageOf } from '../../api'
import { Empty, Failure } from '../../components/empty'
import { isOperator } from '../../session'
import { useFetch } from '../../use-fetch'
import { isManual } from './label'
import { LabelHosts } from './label-hosts'

/** The labels of a host, manual and dynamic. */
export function LabelsTab({ host, onChanged }: { host: HostWithDetails; onChanged(): void }) {
  const { value } = useFetch('/api/labels', { limit: 500 })
  const problem = useSignal('')
  const known = new Map((value.value?.items ?? []).map(label => [label.id, label]))
  const remove = async (id: string) => {
    try {
      await client.post('/api/labels/{id}/hosts', { id, body: { remove: [host.id] } })
      problem.value = ''
      onChanged()
    } catch (error) {
      problem.value = messageOf(error)
    }
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
                <button type="button" onClick={() => void remove(id)}>
                  Remove
                </button>
              )}
            </li>
          )
        })}
      </ul>
      {problem.value !== '' && <Failure message={problem.value} />}
      {isOperator.value && <LabelHosts hostIds={[host.id]} onDone={onChanged} />}
    </section>
  )
}
