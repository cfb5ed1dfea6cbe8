import { useSignal } from '@preact/signals'
import { ActionDialog } from '../components/action-dialog'
import { Failure } from '../components/empty'
import { Ago } from '../components/time'
import { showToast } from '../toasts'
import type { Routing } from './use-routing'

/** Says that there are changes that are not stored, and stores them. */
export function SaveBar({ routing }: { routing: Routing }) {
  const isAsking = useSignal(false)
  const { draft, stored, faults, hasConflict, discard, keepMine, save } = routing
  if (!draft.value) return null
  const now = stored.value.value
  return (
    <section class="save-bar" aria-label="Unsaved changes">
      {hasConflict.value && now && (
        <div class="notice" role="alert">
          <p>
            <b>{now.updated_by ?? 'Somebody'} has changed the routes meanwhile</b>
            {now.updated_at !== null && (
              <>
                {' '}
                (<Ago time={now.updated_at} />)
              </>
            )}
            . Saving yours would undo that.
          </p>
          <div class="row">
            <button type="button" onClick={() => void discard()}>
              Discard mine and show theirs
            </button>
            <button type="button" class="danger" onClick={keepMine}>
              Keep mine, to replace theirs
            </button>
          </div>
        </div>
      )}
      {faults.value.length > 0 && (
        <Failure message={faults.value.map(({ path, message }) => `${path}: ${message}`).join('; ')} />
      )}
      <div class="row">
        <b>Changed, not saved yet</b>
        <span class="spacer" />
        <button type="button" onClick={() => void discard()}>
          Discard
        </button>
        <button type="button" class="primary" disabled={hasConflict.value} onClick={() => (isAsking.value = true)}>
          Save
        </button>
      </div>
      {isAsking.value && (
        <ActionDialog
          title="Save routes"
          onConfirm={async reason => {
            try {
              await save(reason)
              showToast('Routes saved')
            } finally {
              // What is in the way is shown below the changes.
              if (faults.peek().length > 0 || hasConflict.peek()) isAsking.value = false
            }
          }}
          onClose={() => (isAsking.value = false)}
        >
          <p>They apply at once. Groups that go on existing keep their timers and are not notified again.</p>
        </ActionDialog>
      )}
    </section>
  )
}
