import type { Session } from '../../src/contract/sessions'
import { client } from '../api'
import { AskedButton } from '../components/asked-button'
import { Listing } from '../components/listing'
import { Ago } from '../components/time'
import { usePages } from '../pages-of'

/** Browsers that are signed in: the caller's own, or for an admin everybody's. */
export function Sessions({ scope }: { scope: 'own' | 'tenant' }) {
  const pages = usePages<Session>(`/api/sessions?scope=${scope}`)
  const end = async (id: string, reason: string) => {
    await client.delete('/api/sessions/{id}', { id, reason })
    await pages.read()
  }
  return (
    <Listing
      name="Sessions"
      columns={['Who', 'Browser', 'From', 'Signed in', 'Last used', '']}
      pages={pages}
      empty="Nobody is signed in by a browser."
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
              <span class="badge">this one</span>
            ) : (
              <AskedButton name="End" sure="End the session" act={reason => end(session.id, reason)} />
            )}
          </td>
        </tr>
      )}
    />
  )
}

/** `Firefox on Linux` from what browsers say of themselves, which each of them pads with the names of others. */
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
