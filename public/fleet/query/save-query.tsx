import { useSignal } from '@preact/signals'
import { client, messageOf } from '../../api'
import { Failure } from '../../components/empty'
import { useFocus } from '../../use-focus'

/** Saves the SQL under a name, for all members of the tenant. */
export function SaveQuery({ sql }: { sql: string }) {
  const isNaming = useSignal(false)
  const problem = useSignal('')
  const saved = useSignal('')
  const save = async (name: string) => {
    problem.value = ''
    try {
      await client.post('/api/saved-queries', { body: { name, sql } })
      isNaming.value = false
      saved.value = name
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <>
      {isNaming.value ? (
        <NameForm onName={name => void save(name)} onDismiss={() => (isNaming.value = false)} />
      ) : (
        <button type="button" disabled={sql.trim() === ''} onClick={() => (isNaming.value = true)}>
          Save as
        </button>
      )}
      {saved.value !== '' && (
        <span class="hint" role="status">
          Saved as {saved.value}.
        </span>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
    </>
  )
}

function NameForm({ onName, onDismiss }: { onName(name: string): void; onDismiss(): void }) {
  const input = useFocus()
  return (
    <form
      class="row"
      onSubmit={event => {
        event.preventDefault()
        onName(String(new FormData(event.currentTarget).get('name')).trim())
      }}
    >
      <input
        ref={input}
        name="name"
        aria-label="Query name"
        placeholder="Name"
        required
        maxLength={200}
        onKeyDown={event => {
          if (event.key === 'Escape') onDismiss()
        }}
      />
      <button type="submit">Save</button>
    </form>
  )
}
