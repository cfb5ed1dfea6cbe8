import { useSignal } from '@preact/signals'
import type { Label } from '../../../src/contract/labels'
import { counted, formatCount } from '../../../text/numbers'
import { client } from '../../api'
import { ConfirmButton } from '../../components/confirm-button'
import { Listing, number } from '../../components/listing'
import { Ago } from '../../components/time'
import { isOperator } from '../../session'
import { byId, usePagedList } from '../../use-paged-list'
import { isManual } from '../hosts/label'
import { type SqlFields, SqlForm } from './sql-form'

const NEW: SqlFields = { name: '', description: '', sql: null, platforms: [] }

/** Manual and dynamic labels. */
export function Labels() {
  const list = usePagedList('/api/labels', { idOf: byId, pageSize: 200 })
  const edited = useSignal<Label | 'new' | null>(null)
  const save = async ({ sql, platforms, ...fields }: SqlFields) => {
    const known = edited.peek()
    const body = { ...fields, ...(sql !== null && { sql, platforms }) }
    if (known === 'new' || known === null) await client.post('/api/labels', { body })
    else await client.patch('/api/labels/{id}', { id: known.id, body })
    await list.refresh()
  }
  const remove = async (id: string, reason: string) => {
    await client.delete('/api/labels/{id}', { id, reason })
    await list.refresh()
  }
  const shown = edited.value
  return (
    <>
      <div class="row">
        <p class="hint grow">A label with a query applies to all hosts on which the query returns rows.</p>
        {isOperator.value && (
          <button type="button" class="primary" onClick={() => (edited.value = 'new')}>
            New label
          </button>
        )}
      </div>
      {shown !== null && (
        <SqlForm
          title={shown === 'new' ? 'New label' : `Label ${shown.name}`}
          fields={shown === 'new' ? NEW : shown}
          choice={shown === 'new' ? { none: 'Manual', some: 'By query' } : undefined}
          onSave={save}
          onClose={() => (edited.value = null)}
        />
      )}
      <Listing
        name="Labels"
        columns={['Name', number('Hosts'), 'Members', 'Updated', '']}
        list={list}
        empty="No labels yet. Labels group hosts for queries and packs."
        row={label => (
          <tr key={label.id}>
            <td>
              <b>{label.name}</b>
              <p class="hint">{label.description}</p>
            </td>
            <td class="number">
              <a href={`/hosts?label=${encodeURIComponent(label.name)}`}>{formatCount(label.host_count)}</a>
            </td>
            <td class="wide">
              {isManual(label) ? 'manual' : <code>{label.sql}</code>}
              {label.platforms.length > 0 && <p class="hint">{label.platforms.join(', ')}</p>}
            </td>
            <td>
              <Ago time={label.updated_at} />
            </td>
            <td class="row">
              {isOperator.value && (
                <>
                  <button type="button" onClick={() => (edited.value = label)}>
                    Edit
                  </button>
                  <ConfirmButton
                    label="Delete"
                    confirmLabel={`Delete ${label.name}`}
                    effect={`The label is removed from ${counted(label.host_count, 'host')}.`}
                    done={`Label ${label.name} deleted`}
                    onConfirm={reason => remove(label.id, reason)}
                  />
                </>
              )}
            </td>
          </tr>
        )}
      />
    </>
  )
}
