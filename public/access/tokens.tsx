import { useSignal } from '@preact/signals'
import type { Role } from '../../src/contract/access'
import { ROLES } from '../../src/contract/values'
import { client, messageOf } from '../api'
import { ConfirmButton } from '../components/confirm-button'
import { Failure } from '../components/empty'
import { Listing } from '../components/listing'
import { SecretNotice } from '../components/secret-notice'
import { Ago } from '../components/time'
import { byId, usePagedList } from '../use-paged-list'

const DAY_MS = 86_400_000
const LIFETIMES: Array<[days: number, name: string]> = [
  [30, '30 days'],
  [90, '90 days'],
  [365, '1 year'],
  [0, 'Never'],
]

/** API tokens, with which programs sign in. */
export function Tokens() {
  const list = usePagedList('/api/tokens', { idOf: byId })
  const secret = useSignal('')
  const problem = useSignal('')
  const create = async (fields: FormData) => {
    const days = Number(fields.get('days'))
    try {
      const created = await client.post('/api/tokens', {
        body: {
          name: String(fields.get('name')).trim(),
          role: fields.get('role') as Role,
          ...(days > 0 && { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() }),
        },
      })
      secret.value = created.secret
      problem.value = ''
      await list.refresh()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const revoke = async (id: string, reason: string) => {
    await client.delete('/api/tokens/{id}', { id, reason })
    await list.refresh()
  }
  return (
    <>
      <TokenForm onCreate={fields => void create(fields)} />
      {problem.value !== '' && <Failure message={problem.value} />}
      {secret.value !== '' && (
        <SecretNotice title="New token created." text={secret.value} onClose={() => (secret.value = '')} />
      )}
      <Listing
        name="API tokens"
        columns={['Name', 'Role', 'Created by', 'Created', 'Last used', 'Expires', '']}
        list={list}
        empty="No API tokens yet"
        row={token => (
          <tr key={token.id}>
            <td>{token.name}</td>
            <td>{token.role}</td>
            <td>{token.created_by.name}</td>
            <td>
              <Ago time={token.created_at} />
            </td>
            <td>
              <Ago time={token.last_used_at} />
            </td>
            <td>
              <Ago time={token.expires_at} />
            </td>
            <td>
              <ConfirmButton
                label="Revoke"
                confirmLabel={`Revoke ${token.name}`}
                effect="Programs that use this token are refused at once. Tokens created with it are revoked, too."
                done={`Token ${token.name} revoked`}
                onConfirm={reason => revoke(token.id, reason)}
              />
            </td>
          </tr>
        )}
      />
    </>
  )
}

function TokenForm({ onCreate }: { onCreate(fields: FormData): void }) {
  return (
    <form
      class="row form"
      onSubmit={event => {
        event.preventDefault()
        onCreate(new FormData(event.currentTarget))
        event.currentTarget.reset()
      }}
    >
      <label class="field">
        Name
        <input name="name" required maxLength={200} placeholder="Purpose" />
      </label>
      <label class="field">
        Role
        <select name="role">
          {ROLES.map(role => (
            <option key={role}>{role}</option>
          ))}
        </select>
      </label>
      <label class="field">
        Expires
        <select name="days">
          {LIFETIMES.map(([days, name]) => (
            <option key={days} value={days}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary">
        Create token
      </button>
    </form>
  )
}
