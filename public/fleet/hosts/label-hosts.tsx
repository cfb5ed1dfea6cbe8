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

/** The API's limit per request. */
const HOSTS_MAX = 500

/** Adds a manual label to hosts or removes it. */
export function LabelHosts({ hostIds, onDone, onDismiss }: LabelHostsProps) {
  const { value, read } = useFetch('/api/labels', { limit: 500 })
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
    const known = labels.find(label => label.name === name)
    try {
      const { id } = known ?? (await client.post('/api/labels', { body: { name } }))
      await change(id, ids => ({ add: ids }))
      problem.value = ''
      message.value = `Label ${name} added.`
      if (!known) void read()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  const askToRemove = (name: string) => {
    removed.value = labels.find(label => label.name === name) ?? null
    problem.value = removed.value ? '' : `There is no manual label ${name}.`
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
          if (event.submitter instanceof HTMLButtonElement && event.submitter.value === 'remove') askToRemove(name)
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
