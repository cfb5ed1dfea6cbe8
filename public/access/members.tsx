import { useSignal } from '@preact/signals'
import type { Role } from '../../src/contract/access'
import type { Member, SignInLink } from '../../src/contract/members'
import { ROLES } from '../../src/contract/values'
import { client, messageOf } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { ConfirmButton } from '../components/confirm-button'
import { Failure } from '../components/empty'
import { Listing } from '../components/listing'
import { SecretNotice } from '../components/secret-notice'
import { Ago } from '../components/time'
import { me } from '../session'
import { byId, usePagedList } from '../use-paged-list'

/** The members of the tenant: invitations, roles and sign-in links. */
export function Members() {
  const list = usePagedList('/api/members', { idOf: byId })
  const link = useSignal('')
  const problem = useSignal('')
  const showLink = (created: SignInLink) => {
    link.value = created.link
  }
  const change = async (work: () => Promise<unknown>) => {
    await work()
    problem.value = ''
    await list.refresh()
  }
  const reported = (work: Promise<void>) =>
    work.catch(error => {
      problem.value = messageOf(error)
    })
  return (
    <>
      <InviteForm
        onInvite={body => void reported(change(async () => showLink(await client.post('/api/members', { body }))))}
      />
      {problem.value !== '' && <Failure message={problem.value} />}
      {link.value !== '' && (
        <SecretNotice
          title="Send this link to the member. It works once."
          text={link.value}
          onClose={() => (link.value = '')}
        />
      )}
      <Listing
        name="Members"
        columns={['Name', 'Email', 'Role', 'Member since', 'Last seen', '']}
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
              <RoleSelect
                member={member}
                onRole={(role, reason) =>
                  change(() => client.patch('/api/members/{id}', { id: member.id, body: { role, reason } }))
                }
              />
            </td>
            <td>
              <Ago time={member.created_at} />
            </td>
            <td>
              <Ago time={member.last_used_at} />
            </td>
            <td class="row">
              <ConfirmButton
                label="New link"
                confirmLabel={`Create a link for ${member.name}`}
                effect="It signs them in once, and replaces an earlier link that has not been used. Their password and sessions stay."
                done={`Link for ${member.name} created`}
                onConfirm={reason =>
                  change(async () =>
                    showLink(await client.post('/api/members/{id}/link', { id: member.id, body: { reason } })),
                  )
                }
              />
              <ConfirmButton
                label="Remove"
                confirmLabel={`Remove ${member.name}`}
                effect="Their sessions end at once, and the tokens that they created are revoked."
                done={`${member.name} removed`}
                onConfirm={reason => change(() => client.delete('/api/members/{id}', { id: member.id, reason }))}
              />
            </td>
          </tr>
        )}
      />
    </>
  )
}

/** Changes a role. It asks for a reason, because the change takes effect at once. */
function RoleSelect({ member, onRole }: { member: Member; onRole(role: Role, reason: string): Promise<void> }) {
  const pending = useSignal<Role | null>(null)
  const role = pending.value
  return (
    <>
      <select
        aria-label={`Role of ${member.name}`}
        value={role ?? member.role}
        onChange={event => {
          pending.value = ROLES.find(each => each === event.currentTarget.value) ?? null
        }}
      >
        {ROLES.map(each => (
          <option key={each}>{each}</option>
        ))}
      </select>
      {role !== null && (
        <ActionDialog
          title={`Make ${member.name} ${role}`}
          onConfirm={reason => onRole(role, reason)}
          onClose={() => (pending.value = null)}
        >
          <p>The change takes effect at once, also for the tokens that they created.</p>
        </ActionDialog>
      )}
    </>
  )
}

function InviteForm({ onInvite }: { onInvite(invitee: { email: string; name: string; role: Role }): void }) {
  return (
    <form
      class="row form panel"
      onSubmit={event => {
        event.preventDefault()
        const fields = new FormData(event.currentTarget)
        onInvite({
          email: String(fields.get('email')),
          name: String(fields.get('name')),
          role: fields.get('role') as Role,
        })
        event.currentTarget.reset()
      }}
    >
      <label class="field">
        Name
        <input name="name" required maxLength={200} />
      </label>
      <label class="field">
        Email
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
