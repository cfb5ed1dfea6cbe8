import { useSignal } from '@preact/signals'
import type { SavedQuery } from '../../../src/contract/saved-queries'
import { client } from '../../api'
import { ConfirmButton } from '../../components/confirm-button'
import { Listing } from '../../components/listing'
import { Ago } from '../../components/time'
import { navigate } from '../../router'
import { isOperator } from '../../session'
import { byId, usePagedList } from '../../use-paged-list'
import { draftAddress } from '../query/draft'
import { type SqlFields, SqlForm } from './sql-form'

const NEW: SqlFields = { name: '', description: '', sql: 'select * from os_version', platforms: [] }

/** Saved queries, which the query editor offers. */
export function SavedQueries() {
  const list = usePagedList('/api/saved-queries', { idOf: byId, pageSize: 200 })
  const edited = useSignal<SavedQuery | 'new' | null>(null)
  const save = async ({ sql, ...fields }: SqlFields) => {
    const known = edited.peek()
    const body = { ...fields, sql: sql ?? '' }
    if (known === 'new' || known === null) await client.post('/api/saved-queries', { body })
    else await client.patch('/api/saved-queries/{id}', { id: known.id, body })
    await list.refresh()
  }
  const remove = async (id: string, reason: string) => {
    await client.delete('/api/saved-queries/{id}', { id, reason })
    await list.refresh()
  }
  const shown = edited.value
  return (
    <>
      <div class="row">
        <span class="spacer" />
        {isOperator.value && (
          <button type="button" class="primary" onClick={() => (edited.value = 'new')}>
            New saved query
          </button>
        )}
      </div>
      {shown !== null && (
        <SqlForm
          title={shown === 'new' ? 'New saved query' : shown.name}
          fields={shown === 'new' ? NEW : shown}
          onSave={save}
          onClose={() => (edited.value = null)}
        />
      )}
      <Listing
        name="Saved queries"
        columns={['Name', 'Query', 'Updated', '']}
        list={list}
        empty="No saved queries yet. Save queries that you run often."
        row={query => (
          <tr key={query.id}>
            <td>
              <b>{query.name}</b>
              <p class="hint">{query.description}</p>
            </td>
            <td class="wide">
              <code>{query.sql}</code>
              {query.platforms.length > 0 && <p class="hint">{query.platforms.join(', ')}</p>}
            </td>
            <td>
              <Ago time={query.updated_at} />
            </td>
            <td class="row">
              {isOperator.value && (
                <>
                  <button
                    type="button"
                    onClick={() => navigate(draftAddress({ sql: query.sql, targets: targetsOf(query) }))}
                  >
                    Run
                  </button>
                  <button type="button" onClick={() => (edited.value = query)}>
                    Edit
                  </button>
                  <ConfirmButton
                    label="Delete"
                    confirmLabel={`Delete ${query.name}`}
                    effect="It is no longer offered in the editor. Live queries and packs are not affected."
                    done={`Saved query ${query.name} deleted`}
                    onConfirm={reason => remove(query.id, reason)}
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

const targetsOf = ({ platforms }: SavedQuery) => (platforms.length > 0 ? { platforms } : { all: true as const })
