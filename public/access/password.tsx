import { useSignal } from '@preact/signals'
import { client, messageOf } from '../api'
import { Failure } from '../components/empty'
import { me } from '../session'

/** Sets the user's password, which ends all other sessions of the user. */
export function Password({ onSet }: { onSet?(): void }) {
  const problem = useSignal('')
  const isDone = useSignal(false)
  const set = async (form: HTMLFormElement) => {
    const fields = new FormData(form)
    const current = String(fields.get('current') ?? '')
    try {
      await client.put('/api/session/password', {
        body: {
          password: String(fields.get('password')),
          ...(current !== '' && { current_password: current }),
        },
      })
      isDone.value = true
      problem.value = ''
      form.reset()
      if (me.value) me.value = { ...me.value, has_password: true }
      onSet?.()
    } catch (error) {
      isDone.value = false
      problem.value = messageOf(error)
    }
  }
  return (
    <>
      <form
        class="row form"
        onSubmit={event => {
          event.preventDefault()
          void set(event.currentTarget)
        }}
      >
        {me.value?.has_password && (
          <label class="field">
            Current password
            <input name="current" type="password" autocomplete="current-password" required />
          </label>
        )}
        <label class="field">
          New password (at least 12 characters)
          <input name="password" type="password" autocomplete="new-password" required minLength={12} />
        </label>
        <button type="submit" class="primary">
          Set password
        </button>
      </form>
      {problem.value !== '' && <Failure message={problem.value} />}
      {isDone.value && (
        <p class="hint" role="status">
          Password changed. Your other sessions were signed out.
        </p>
      )}
    </>
  )
}
