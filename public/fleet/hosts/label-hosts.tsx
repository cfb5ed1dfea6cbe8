import { useSignal } from '@preact/signals'
import { client, messageOf } from '../../api'
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
  const change = async (fields: FormData, action: string) => {
    const name = String(fields.get('name')).trim()
    if (name === '') return
    try {
      const known = labels.find(label => label.name === name)
      if (!known && action === 'remove') throw new Error(`There is no manual label ${name}.`)
      const label = known ?? (await client.post('/api/labels', { body: { name } }))
      for (let from = 0; from < hostIds.length; from += HOSTS_MAX) {
        const ids = hostIds.slice(from, from + HOSTS_MAX)
        await client.post('/api/labels/{id}/hosts', { id: label.id, body: { [action]: ids } })
      }
      problem.value = ''
      message.value = action === 'add' ? `Label ${name} added.` : `Label ${name} removed.`
      if (!known) void read()
      onDone()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault()
        const button = event.submitter instanceof HTMLButtonElement ? event.submitter.value : 'add'
        void change(new FormData(event.currentTarget), button)
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
  )
}
