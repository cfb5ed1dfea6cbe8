import { useSignal } from '@preact/signals'
import { api, messageOf } from '../api'
import { ConfirmButton } from '../components/confirm-button'
import { Failure } from '../components/empty'
import { Listing } from '../components/listing'
import { ReasonForm } from '../components/reason-form'
import { SecretNotice } from '../components/secret-notice'
import { Ago } from '../components/time'
import { me, ROLES, type Role } from '../session'
import { byId, usePagedList } from '../use-paged-list'

interface Member {
  id: string
  email: string
  name: string
  role: Role
  has_password: boolean
  created_at: string
  last_used_at: string | null
}

/** People, their roles, and how they come in. */
export function Members() {
  const list = usePagedList<Member>({ path: '/api/members', idOf: byId })
  const link = useSignal('')
  const problem = useSignal('')
  /** Shows the link that comes of it, when one does, and then the list as it is. */
  const change = async (work: () => Promise<{ link?: string } | undefined | null>) => {
    const made = await work()
    if (made?.link) link.value = made.link
    problem.value = ''
    await list.refresh()
  }
  const told = (work: Promise<void>) =>
    work.catch(error => {
      problem.value = messageOf(error)
    })
  return (
    <>
      <InviteForm onInvite={body => void told(change(() => api.post('/api/members', body)))} />
      {problem.value !== '' && <Failure message={problem.value} />}
      {link.value !== '' && (
        <SecretNotice
          title="Send this link to the new member. It works once."
          text={link.value}
          onClose={() => (link.value = '')}
        />
      )}
      <Listing
        name="Members"
        columns={['Name', 'E-mail', 'Role', 'Since', 'Last seen', '']}
        list={list}
        empty="No members yet. Invite the first one above."
        row={member => (
          <tr key={member.id}>
            <td>
              {member.name}
              {member.id === me.value?.actor.id && <span class="badge">you</span>}
            </td>
            <td>{member.email}</td>
            <td>
              <RoleChoice
                member={member}
                onRole={(role, reason) => told(change(() => api.patch(`/api/members/${member.id}`, { role, reason })))}
              />
            </td>
            <td>
              <Ago time={member.created_at} />
            </td>
            <td>
              <Ago time={member.last_used_at} />
            </td>
            <td class="row">
              <button
                type="button"
                onClick={() => void told(change(() => api.post(`/api/members/${member.id}/link`, {})))}
              >
                New link
              </button>
              <ConfirmButton
                name="Remove"
                sure={`Remove ${member.name}`}
                act={reason =>
                  change(() => api.delete(`/api/members/${member.id}?reason=${encodeURIComponent(reason)}`))
                }
              />
            </td>
          </tr>
        )}
      />
    </>
  )
}

/** Another role is asked for with a reason: it changes at once what somebody may do. */
function RoleChoice({ member, onRole }: { member: Member; onRole(role: Role, reason: string): Promise<void> }) {
  const wanted = useSignal<Role | null>(null)
  const role = wanted.value
  if (role !== null) {
    const set = async (reason: string) => {
      await onRole(role, reason)
      wanted.value = null
    }
    return <ReasonForm label={`Make ${member.name} ${role}`} onReason={set} onLeave={() => (wanted.value = null)} />
  }
  return (
    <select
      aria-label={`Role of ${member.name}`}
      value={member.role}
      onChange={event => {
        wanted.value = ROLES.find(each => each === event.currentTarget.value) ?? null
      }}
    >
      {ROLES.map(each => (
        <option key={each}>{each}</option>
      ))}
    </select>
  )
}

function InviteForm({ onInvite }: { onInvite(body: Record<string, FormDataEntryValue>): void }) {
  return (
    <form
      class="row form panel"
      onSubmit={event => {
        event.preventDefault()
        onInvite(Object.fromEntries(new FormData(event.currentTarget)))
        event.currentTarget.reset()
      }}
    >
      <label class="field">
        Name
        <input name="name" required maxLength={200} />
      </label>
      <label class="field">
        E-mail
        <input name="email" type="email" required maxLength={320} />
      </label>
      <label class="field">
        Role
        <select name="role">
          {ROLES.map(role => (
            <option key={role}>{role}</option>
          ))}
        </select>
      </label>
      <button type="submit" class="primary">
        Invite
      </button>
    </form>
  )
}
