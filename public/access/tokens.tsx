import { useSignal } from '@preact/signals'
import type { Role } from '../../src/contract/access'
import type { Token } from '../../src/contract/tokens'
import { ROLES } from '../../src/contract/values'
import { client, messageOf } from '../api'
import { AskedButton } from '../components/asked-button'
import { Failure } from '../components/empty'
import { Listing } from '../components/listing'
import { Once } from '../components/once'
import { Ago } from '../components/time'
import { usePages } from '../pages-of'

const DAY_MS = 86_400_000
const LIVES: Array<[days: number, name: string]> = [
  [30, '30 days'],
  [90, '90 days'],
  [365, 'a year'],
  [0, 'until revoked'],
]

/** Tokens with which programs come in. */
export function Tokens() {
  const pages = usePages<Token>('/api/tokens')
  const secret = useSignal('')
  const problem = useSignal('')
  const make = async (fields: FormData) => {
    const days = Number(fields.get('days'))
    try {
      const made = await client.post('/api/tokens', {
        body: {
          name: String(fields.get('name')).trim(),
          role: fields.get('role') as Role,
          ...(days > 0 && { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() }),
        },
      })
      secret.value = made.secret
      problem.value = ''
      await pages.read()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const revoke = async (id: string, reason: string) => {
    await client.delete('/api/tokens/{id}', { id, reason })
    await pages.read()
  }
  return (
    <>
      <TokenForm onMake={fields => void make(fields)} />
      {problem.value !== '' && <Failure message={problem.value} />}
      {secret.value !== '' && (
        <Once title="This is the new token." text={secret.value} onClose={() => (secret.value = '')} />
      )}
      <Listing
        name="API tokens"
        columns={['Name', 'Role', 'Made by', 'Made', 'Last used', 'Expires', '']}
        pages={pages}
        empty="No tokens yet."
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
              <AskedButton name="Revoke" sure={`Revoke ${token.name}`} act={reason => revoke(token.id, reason)} />
            </td>
          </tr>
        )}
      />
    </>
  )
}

function TokenForm({ onMake }: { onMake(fields: FormData): void }) {
  return (
    <form
      class="row form"
      onSubmit={event => {
        event.preventDefault()
        onMake(new FormData(event.currentTarget))
        event.currentTarget.reset()
      }}
    >
      <label class="field">
        Name
        <input name="name" required maxLength={200} placeholder="What it is for" />
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
        Good for
        <select name="days">
          {LIVES.map(([days, name]) => (
            <option key={days} value={days}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary">
        Make a token
      </button>
    </form>
  )
}
