import { useSignal } from '@preact/signals'
import { client, messageOf } from '../api'
import { Failure } from '../components/empty'

/** Adds a note to the timeline. */
export function NoteForm({ id, onNoted }: { id: string; onNoted(): void }) {
  const text = useSignal('')
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const send = async () => {
    if (isBusy.value) return
    isBusy.value = true
    try {
      await client.post('/api/incidents/{id}/note', { id, body: { text: text.value.trim() } })
      text.value = ''
      problem.value = ''
      onNoted()
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <form
      class="note-form"
      onSubmit={event => {
        event.preventDefault()
        void send()
      }}
    >
      <textarea
        aria-label="Note"
        rows={2}
        maxLength={10_000}
        placeholder="What you found, for whoever reads this later"
        value={text.value}
        onInput={event => (text.value = event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && text.value.trim() !== '') void send()
        }}
      />
      <button type="submit" disabled={isBusy.value || text.value.trim() === ''} title="Ctrl+Enter">
        Add note
      </button>
      {problem.value !== '' && <Failure message={problem.value} />}
    </form>
  )
}
