import { useSignal } from '@preact/signals'
import type { Label } from '../../../src/contract/labels'
import { counted } from '../../../text/numbers'
import { client, messageOf } from '../../api'
import { ActionDialog } from '../../components/action-dialog'
import { Failure } from '../../components/empty'
import { useFetch } from '../../use-fetch'
import { isManual } from './label'

interface LabelHostsProps {
  hostIds: string[]
  onDone(): void
  /** Not set if the form cannot be dismissed. */
  onDismiss?(): void
}

/** The API's limits per request. */
const HOSTS_MAX = 500
const LABELS_MAX = 500

/** Adds a manual label to hosts or removes it. */
export function LabelHosts({ hostIds, onDone, onDismiss }: LabelHostsProps) {
  const { value, read } = useFetch('/api/labels', { limit: LABELS_MAX })
  const problem = useSignal('')
  const message = useSignal('')
  const labels = (value.value?.items ?? []).filter(isManual)
  const removed = useSignal<Label | null>(null)
  const change = async (
    id: string,
    body: (ids: string[]) => { add: string[] } | { remove: string[]; reason: string },
  ) => {
    for (let from = 0; from < hostIds.length; from += HOSTS_MAX)
      await client.post('/api/labels/{id}/hosts', { id, body: body(hostIds.slice(from, from + HOSTS_MAX)) })
    onDone()
  }
  const add = async (name: string) => {
    try {
      const known = await manualLabel(name)
      const { id } = known ?? (await client.post('/api/labels', { body: { name } }))
      await change(id, ids => ({ add: ids }))
      problem.value = ''
      message.value = `Label ${name} added.`
      if (!known) void read()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const askToRemove = async (name: string) => {
    try {
      removed.value = (await manualLabel(name)) ?? null
      problem.value = removed.value ? '' : `There is no manual label ${name}.`
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const lost = removed.value
  return (
    <>
      <form
        class="row"
        onSubmit={event => {
          event.preventDefault()
          const name = String(new FormData(event.currentTarget).get('name')).trim()
          if (name === '') return
          if (event.submitter instanceof HTMLButtonElement && event.submitter.value === 'remove') void askToRemove(name)
          else void add(name)
        }}
        onKeyDown={event => {
          if (event.key === 'Escape') onDismiss?.()
        }}
      >
        <input
          name="name"
          list="labels"
          required
          maxLength={100}
          placeholder="Existing or new label"
          aria-label="Label"
        />
        <datalist id="labels">
          {labels.map(label => (
            <option key={label.id} value={label.name} />
          ))}
        </datalist>
        <button type="submit" value="add">
          Add
        </button>
        <button type="submit" value="remove">
          Remove
        </button>
        {onDismiss && (
          <button type="button" class="quiet" onClick={onDismiss}>
            Dismiss
          </button>
        )}
        <span role="status">{message.value}</span>
        {problem.value !== '' && <Failure message={problem.value} />}
      </form>
      {lost && (
        <ActionDialog
          title={`Remove label ${lost.name}`}
          onConfirm={async reason => {
            await change(lost.id, ids => ({ remove: ids, reason }))
            message.value = `Label ${lost.name} removed.`
          }}
          onClose={() => (removed.value = null)}
        >
          <p>The label is removed from {counted(hostIds.length, 'host')}. Packs for the label no longer run there.</p>
        </ActionDialog>
      )}
    </>
  )
}

/** Asked for when it is needed: the list may not be there yet, or be out of date. */
const manualLabel = async (name: string) =>
  (await client.get('/api/labels', { limit: LABELS_MAX })).items.find(label => isManual(label) && label.name === name)
