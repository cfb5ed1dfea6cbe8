import { client } from '../api'
import { ConfirmButton } from '../components/confirm-button'
import { Listing } from '../components/listing'
import { Ago } from '../components/time'
import { byId, usePagedList } from '../use-paged-list'

/** The user's own sessions, or for an admin those of the tenant. */
export function Sessions({ scope }: { scope: 'own' | 'tenant' }) {
  const list = usePagedList('/api/sessions', { params: { scope }, idOf: byId })
  const end = async (id: string, reason: string) => {
    await client.delete('/api/sessions/{id}', { id, reason })
    await list.refresh()
  }
  return (
    <Listing
      name="Sessions"
      columns={['User', 'Browser', 'IP address', 'Signed in', 'Last used', '']}
      list={list}
      empty="No active sessions"
      row={session => (
        <tr key={session.id}>
          <td>{session.holder.name}</td>
          <td title={session.agent ?? ''}>{browserOf(session.agent)}</td>
          <td>{session.client ?? 'unknown'}</td>
          <td>
            <Ago time={session.created_at} />
          </td>
          <td>
            <Ago time={session.used_at} />
          </td>
          <td>
            {session.current ? (
              <span class="badge">this session</span>
            ) : (
              <ConfirmButton
                label="Sign out"
                confirmLabel="Sign out session"
                effect="This browser has to sign in again. Its streams are closed."
                done="Session signed out"
                onConfirm={reason => end(session.id, reason)}
              />
            )}
          </td>
        </tr>
      )}
    />
  )
}

/** Shortens a user agent to `Firefox on Linux`. The order matters: browsers also name others in their user agent. */
function browserOf(agent: string | null): string {
  if (!agent) return 'unknown'
  const find = (names: Array<[RegExp, string]>) => names.find(([pattern]) => pattern.test(agent))?.[1]
  const browser = find([
    [/Edg\//, 'Edge'],
    [/OPR\//, 'Opera'],
    [/Chrome\//, 'Chrome'],
    [/Firefox\//, 'Firefox'],
    [/Safari\//, 'Safari'],
  ])
  const system = find([
    [/Android/, 'Android'],
    [/iPhone|iPad/, 'iOS'],
    [/Windows/, 'Windows'],
    [/Mac OS X/, 'macOS'],
    [/Linux/, 'Linux'],
  ])
  return browser && system ? `${browser} on ${system}` : agent.slice(0, 40)
}
