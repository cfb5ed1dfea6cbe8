import { useSignal } from '@preact/signals'
import { client, messageOf } from '../../api'
import { ConfirmButton } from '../../components/confirm-button'
import { Failure } from '../../components/empty'
import { Listing } from '../../components/listing'
import { SecretNotice } from '../../components/secret-notice'
import { Ago } from '../../components/time'
import { byId, usePagedList } from '../../use-paged-list'

/** The secrets with which hosts enroll. Revoking one does not affect enrolled hosts. */
export function Secrets() {
  const list = usePagedList('/api/enroll-secrets', { idOf: byId })
  const secret = useSignal('')
  const problem = useSignal('')
  const create = async (name: string) => {
    try {
      secret.value = (await client.post('/api/enroll-secrets', { body: { name } })).secret
      problem.value = ''
      await list.refresh()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const revoke = async (id: string, reason: string) => {
    await client.delete('/api/enroll-secrets/{id}', { id, reason })
    await list.refresh()
  }
  return (
    <>
      <p class="hint">
        To rotate a secret, create a new one, deploy it to the hosts, then revoke the old one. Enrolled hosts are not
        affected.
      </p>
      <form
        class="row form panel"
        onSubmit={event => {
          event.preventDefault()
          void create(String(new FormData(event.currentTarget).get('name')).trim())
          event.currentTarget.reset()
        }}
      >
        <label class="field">
          Name
          <input name="name" required maxLength={200} placeholder="Which hosts it is for" />
        </label>
        <button type="submit" class="primary">
          Create secret
        </button>
      </form>
      {problem.value !== '' && <Failure message={problem.value} />}
      {secret.value !== '' && (
        <SecretNotice title="New secret created." text={secret.value} onClose={() => (secret.value = '')} />
      )}
      <Listing
        name="Enroll secrets"
        columns={['Name', 'Created by', 'Created', 'Last used', '']}
        list={list}
        empty="No enroll secrets. New hosts cannot enroll."
        row={each => (
          <tr key={each.id}>
            <td>{each.name}</td>
            <td>{each.created_by.name}</td>
            <td>
              <Ago time={each.created_at} />
            </td>
            <td>
              <Ago time={each.last_used_at} />
            </td>
            <td>
              <ConfirmButton
                label="Revoke"
                confirmLabel={`Revoke ${each.name}`}
                effect="Hosts can no longer enroll with this secret. Enrolled hosts are not affected."
                done={`Secret ${each.name} revoked`}
                onConfirm={reason => revoke(each.id, reason)}
              />
            </td>
          </tr>
        )}
      />
    </>
  )
}
