import { useSignal } from '@preact/signals'
import type { Matcher } from '../../src/contract/matchers'
import type { Silence } from '../../src/contract/silences'
import { counted } from '../../text/numbers'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { showToast } from '../toasts'
import { useFetch } from '../use-fetch'
import { useFocus } from '../use-focus'
import { DURATIONS, localField, matchersOf, rowsOf, timeOfField } from './draft'
import { MatchersEditor } from './matchers-editor'
import { Preview } from './preview'
import { usePreview } from './use-preview'

/** What the form starts with. */
export interface SilenceDraft {
  matchers: readonly Matcher[]
  comment?: string
  /** The silence that is changed; a new one otherwise. */
  silence?: Silence
}

interface SilenceDialogProps {
  draft: SilenceDraft
  onSaved(): void
  onClose(): void
}

const DEFAULT_MS = 3_600_000

/** Creates or changes a silence, and shows meanwhile what it would mute. */
export function SilenceDialog({ draft, onSaved, onClose }: SilenceDialogProps) {
  const { silence } = draft
  const rows = useSignal(rowsOf(draft.matchers))
  const timing = useTiming(silence)
  const isConfirmed = useSignal(false)
  const problem = useSignal('')
  const refused = useSignal<readonly Fault[]>([])
  const isBusy = useSignal(false)
  const comment = useFocus()
  const facets = useFetch('/api/alerts/facets', {})
  const matchers = matchersOf(rows.value)
  const preview = usePreview(matchers)
  const found = preview.found.value
  const needsConfirm = found?.needs_confirm === true
  const faults = [...preview.faults.value, ...refused.value]

  const save = async () => {
    isBusy.value = true
    try {
      const times = timing.read()
      const body = {
        ...{ matchers, comment: comment.current?.value.trim() ?? '' },
        ...times,
        ...(isConfirmed.value && { confirm: true }),
      }
      if (silence) await client.patch('/api/silences/{id}', { id: silence.id, body })
      else await client.post('/api/silences', { body })
      showToast(silence ? 'Silence changed' : 'Silence created', { href: '/silences', text: 'View silences' })
      onSaved()
      onClose()
    } catch (error) {
      refused.value = error instanceof ApiError ? error.faults : []
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <Dialog title={silence ? 'Change silence' : 'New silence'} onClose={onClose}>
      <form
        class="sql-form silence-form"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <label class="field">
          Comment
          <input
            ref={comment}
            name="comment"
            required
            maxLength={1_000}
            defaultValue={draft.comment ?? silence?.comment ?? ''}
            placeholder="Why, for whoever wonders where the alert is"
          />
        </label>
        <MatchersEditor rows={rows} labels={facets.value.value?.labels ?? []} faults={faults} />
        <Preview found={found} problem={preview.problem.value} isRefused={preview.faults.value.length > 0} />
        <TimingFields timing={timing} silence={silence} />
        {needsConfirm && (
          <label class="notice check-label">
            <input
              type="checkbox"
              required
              checked={isConfirmed.value}
              onChange={event => (isConfirmed.value = event.currentTarget.checked)}
            />
            Yes, mute {counted(found.count, 'alert')}
          </label>
        )}
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons
          action={silence ? 'Save' : 'Silence'}
          isDisabled={isBusy.value || matchers.length === 0}
          onClose={onClose}
        />
      </form>
    </Dialog>
  )
}

type Timing = ReturnType<typeof useTiming>

/** When a silence begins and ends, as entered in local time. A duration counts from its start. */
function useTiming(silence: Silence | undefined) {
  const isKept = silence !== undefined && silence.state !== 'expired'
  const start = useSignal(isKept && silence.state === 'pending' ? localField(Date.parse(silence.starts_at)) : '')
  const end = useSignal(isKept ? localField(Date.parse(silence.ends_at)) : '')
  const duration = useSignal<number | null>(isKept ? null : DEFAULT_MS)
  const startMs = () => Date.parse(timeOfField(start.value) ?? new Date().toISOString())
  return {
    ...{ start, end, duration },
    /** @throws Error unless there is an end */
    read() {
      const starts_at = timeOfField(start.value)
      const given = timeOfField(end.value)
      // What is as it was stays to the millisecond.
      const isSame = silence !== undefined && end.value === localField(Date.parse(silence.ends_at))
      const ends_at =
        duration.value !== null ? new Date(startMs() + duration.value).toISOString() : isSame ? silence.ends_at : given
      if (ends_at === null) throw new Error('Enter when it ends.')
      const isStartSame = silence !== undefined && start.value === localField(Date.parse(silence.starts_at))
      return { ends_at, ...(starts_at !== null && !isStartSame && { starts_at }) }
    },
  }
}

function TimingFields({ timing: { start, end, duration }, silence }: { timing: Timing; silence: Silence | undefined }) {
  const choose = (ms: number) => {
    duration.value = ms
    end.value = ''
  }
  return (
    <>
      <fieldset class="chips" aria-label="Duration">
        {DURATIONS.map(({ name, ms }) => (
          <button key={ms} type="button" aria-pressed={duration.value === ms} onClick={() => choose(ms)}>
            {name}
          </button>
        ))}
      </fieldset>
      <div class="kind-form">
        {silence?.state !== 'active' && (
          <label class="field">
            Starts (local time, now if empty)
            <input
              type="datetime-local"
              value={start.value}
              onInput={event => (start.value = event.currentTarget.value)}
            />
          </label>
        )}
        <label class="field">
          Ends (local time, instead of a duration)
          <input
            type="datetime-local"
            value={end.value}
            required={duration.value === null}
            onInput={event => {
              end.value = event.currentTarget.value
              duration.value = null
            }}
          />
        </label>
      </div>
    </>
  )
}
