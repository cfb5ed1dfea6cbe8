import { useSignal } from '@preact/signals'
import { api, messageOf } from '../../api'
import { Failure } from '../../components/empty'
import { useFetchOf } from '../../use-fetch'
import { isManual, type Label } from './label'

interface LabelHostsProps {
  hostIds: string[]
  onDone(): void
  /** Not given where it stays. */
  onLeave?(): void
}

/** The server takes so many hosts at once. */
const HOSTS_MAX = 500

/** Puts a label on hosts, or takes it off. Labels by query decide themselves. */
export function LabelHosts({ hostIds, onDone, onLeave }: LabelHostsProps) {
  const { value, read } = useFetchOf<{ items: Label[] }>('/api/labels?limit=500')
  const problem = useSignal('')
  const said = useSignal('')
  const labels = (value.value?.items ?? []).filter(isManual)
  const change = async (fields: FormData, action: string) => {
    const name = String(fields.get('name')).trim()
    if (name === '') return
    try {
      const known = labels.find(label => label.name === name)
      if (!known && action === 'remove') throw new Error(`There is no manual label ${name}.`)
      const label = known ?? (await api.post<{ id: string }>('/api/labels', { name }))
      for (let from = 0; from < hostIds.length; from += HOSTS_MAX) {
        const ids = hostIds.slice(from, from + HOSTS_MAX)
        await api.post(`/api/labels/${label.id}/hosts`, { [action]: ids })
      }
      problem.value = ''
      said.value = action === 'add' ? `Label ${name} added.` : `Label ${name} removed.`
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
        if (event.key === 'Escape') onLeave?.()
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
      {onLeave && (
        <button type="button" class="quiet" onClick={onLeave}>
          Dismiss
        </button>
      )}
      <span role="status">{said.value}</span>
      {problem.value !== '' && <Failure message={problem.value} />}
    </form>
  )
}
