import { useSignal } from '@preact/signals'
import type { Actor } from '../../../src/contract/access'
import { api, messageOf } from '../../api'
import { ConfirmButton } from '../../components/confirm-button'
import { Failure } from '../../components/empty'
import { Listing } from '../../components/listing'
import { SecretNotice } from '../../components/secret-notice'
import { Ago } from '../../components/time'
import { byId, usePagedListOf } from '../../use-paged-list'

interface EnrollSecret {
  id: string
  name: string
  created_at: string
  created_by: Actor
  last_used_at: string | null
}

/** Secrets with which hosts enrol. Revoking one leaves the hosts that came by it. */
export function Secrets() {
  const list = usePagedListOf<EnrollSecret>({ path: '/api/enroll-secrets', idOf: byId })
  const secret = useSignal('')
  const problem = useSignal('')
  const make = async (name: string) => {
    try {
      secret.value = (await api.post<{ secret: string }>('/api/enroll-secrets', { name })).secret
      problem.value = ''
      await list.refresh()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const revoke = async (id: string, reason: string) => {
    await api.delete(`/api/enroll-secrets/${id}?reason=${encodeURIComponent(reason)}`)
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
          void make(String(new FormData(event.currentTarget).get('name')).trim())
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
              <ConfirmButton name="Revoke" sure={`Revoke ${each.name}`} act={reason => revoke(each.id, reason)} />
            </td>
          </tr>
        )}
      />
    </>
  )
}
