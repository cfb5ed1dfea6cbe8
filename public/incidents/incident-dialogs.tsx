import { type Signal, useSignal } from '@preact/signals'
import type { IncidentItem } from '../../src/contract/incidents'
import { client } from '../api'
import { ActionDialog } from '../components/action-dialog'
import { me } from '../session'
import { showToast } from '../toasts'
import { usePeople } from './use-people'

/** What somebody is about to do with an incident. */
export interface AskedAction {
  does: 'acknowledge' | 'assign' | 'resolve'
  incident: IncidentItem
}

interface IncidentDialogProps {
  asked: Signal<AskedAction | null>
  onDone(): void
}

/** Asks for the reason of what is about to be done with an incident, and does it. */
export function IncidentDialog({ asked, onDone }: IncidentDialogProps) {
  if (!asked.value) return null
  const { does, incident } = asked.value
  const props = { incident, onDone, onClose: () => (asked.value = null) }
  if (does === 'assign') return <AssignDialog {...props} />
  if (does === 'resolve') return <ResolveDialog {...props} />
  return <AcknowledgeDialog {...props} />
}

interface DialogProps {
  incident: IncidentItem
  onDone(): void
  onClose(): void
}

const nameOf = ({ number, title }: IncidentItem) => `#${number} ${title}`
const given = (reason: string) => (reason === '' ? {} : { reason })

const AcknowledgeDialog = ({ incident, onDone, onClose }: DialogProps) => (
  <ActionDialog
    title="Acknowledge"
    reason="optional"
    onConfirm={async reason => {
      await client.post('/api/incidents/{id}/acknowledge', { id: incident.id, body: given(reason) })
      showToast(`Incident #${incident.number} acknowledged`)
      onDone()
    }}
    onClose={onClose}
  >
    <p>
      <b>{nameOf(incident)}</b>
    </p>
    <p>Everybody sees that you take care of it. It is not notified again unless further alerts begin to fire.</p>
  </ActionDialog>
)

const ResolveDialog = ({ incident, onDone, onClose }: DialogProps) => (
  <ActionDialog
    title={`Resolve #${incident.number}`}
    onConfirm={async reason => {
      await client.post('/api/incidents/{id}/resolve', { id: incident.id, body: { reason } })
      showToast(`Incident #${incident.number} resolved`)
      onDone()
    }}
    onClose={onClose}
  >
    <p>
      {incident.title} is closed for good, even while its alerts go on firing. An alert that begins to fire anew opens
      another incident.
    </p>
  </ActionDialog>
)

const NOBODY = ''

function AssignDialog({ incident, onDone, onClose }: DialogProps) {
  const people = usePeople(incident)
  const own = me.value?.actor.type === 'user' ? (me.value.actor.id ?? NOBODY) : NOBODY
  const chosen = useSignal(incident.assignee?.id ?? own)
  return (
    <ActionDialog
      title="Assign"
      reason="optional"
      onConfirm={async reason => {
        const user_id = chosen.value === NOBODY ? null : chosen.value
        await client.post('/api/incidents/{id}/assign', { id: incident.id, body: { user_id, ...given(reason) } })
        const name = people.find(({ id }) => id === user_id)?.name
        showToast(name ? `Incident #${incident.number} assigned to ${name}` : 'Assignment taken back')
        onDone()
      }}
      onClose={onClose}
    >
      <p>
        <b>{nameOf(incident)}</b>
      </p>
      <label class="field">
        Assignee
        <select value={chosen.value} onChange={event => (chosen.value = event.currentTarget.value)}>
          <option value={NOBODY}>nobody</option>
          {people.map(({ id, name }) => (
            <option key={id} value={id}>
              {id === own ? `${name} (you)` : name}
            </option>
          ))}
        </select>
      </label>
    </ActionDialog>
  )
}
