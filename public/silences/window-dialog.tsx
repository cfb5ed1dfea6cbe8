import { type Signal, useSignal } from '@preact/signals'
import type { MaintenanceWindow } from '../../src/contract/silences'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { CronFields } from '../schedules/timing-fieldset'
import { TimingPreview } from '../schedules/timing-preview'
import { showToast } from '../toasts'
import { useFetch } from '../use-fetch'
import { useFocus } from '../use-focus'
import { matchersOf, rowsOf } from './draft'
import { MatchersEditor } from './matchers-editor'
import { Preview } from './preview'
import { usePreview } from './use-preview'
import { type WindowTiming, windowTimingBody, windowTimingOf } from './window-timing'

interface WindowDialogProps {
  /** Null for a new one. */
  window: MaintenanceWindow | null
  onSaved(): void
  onClose(): void
}

/** Creates or changes a maintenance window. */
export function WindowDialog({ window, onSaved, onClose }: WindowDialogProps) {
  const rows = useSignal(rowsOf(window?.matchers ?? []))
  const timing = useSignal(windowTimingOf(window))
  const isEnabled = useSignal(window?.enabled ?? true)
  const problem = useSignal('')
  const faults = useSignal<readonly Fault[]>([])
  const isBusy = useSignal(false)
  const name = useFocus()
  const facets = useFetch('/api/alerts/facets', {})
  const matchers = matchersOf(rows.value)
  const preview = usePreview(matchers)

  const save = async () => {
    isBusy.value = true
    try {
      const body = {
        ...{ name: name.current?.value.trim() ?? '', matchers, enabled: isEnabled.value },
        ...windowTimingBody(timing.value),
      }
      if (window) await client.patch('/api/maintenance-windows/{id}', { id: window.id, body })
      else await client.post('/api/maintenance-windows', { body })
      showToast(window ? `Window ${body.name} changed` : `Window ${body.name} created`)
      onSaved()
      onClose()
    } catch (error) {
      faults.value = error instanceof ApiError ? error.faults : []
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }
  return (
    <Dialog title={window ? `Window ${window.name}` : 'New maintenance window'} onClose={onClose}>
      <form
        class="sql-form silence-form"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <label class="field">
          Name
          <input ref={name} name="name" required maxLength={200} defaultValue={window?.name ?? ''} />
        </label>
        <MatchersEditor
          rows={rows}
          labels={facets.value.value?.labels ?? []}
          faults={[...preview.faults.value, ...faults.value]}
        />
        <Preview
          found={preview.found.value}
          problem={preview.problem.value}
          isRefused={preview.faults.value.length > 0}
        />
        <WhenFields timing={timing} />
        <label class="check-label">
          <input
            type="checkbox"
            checked={isEnabled.value}
            onChange={event => (isEnabled.value = event.currentTarget.checked)}
          />
          switched on
        </label>
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action="Save" isDisabled={isBusy.value || matchers.length === 0} onClose={onClose} />
      </form>
    </Dialog>
  )
}

const MINUTES = [
  ['30', '30 min'],
  ['60', '1 h'],
  ['120', '2 h'],
  ['240', '4 h'],
  ['1440', '1 d'],
] as const

function WhenFields({ timing }: { timing: Signal<WindowTiming> }) {
  const { mode, cron, timezone } = timing.value
  const faults = useSignal<readonly Fault[]>([])
  const set = (change: Partial<WindowTiming>) => {
    timing.value = { ...timing.peek(), ...change }
  }
  const asSchedule = { mode: 'cron' as const, count: '', unit: 'hours' as const, cron, timezone }
  return (
    <>
      <fieldset class="chips" aria-label="When">
        <button type="button" aria-pressed={mode === 'cron'} onClick={() => set({ mode: 'cron' })}>
          Again and again
        </button>
        <button type="button" aria-pressed={mode === 'once'} onClick={() => set({ mode: 'once' })}>
          Once
        </button>
      </fieldset>
      {mode === 'once' && <OnceFields timing={timing.value} onChange={set} />}
      {mode === 'cron' && (
        <>
          <div class="kind-form">
            <CronFields value={asSchedule} set={set} faults={faults.value} />
            <DurationField minutes={timing.value.minutes} onChange={minutes => set({ minutes })} />
          </div>
          <TimingPreview fields={asSchedule} onFaults={found => (faults.value = found)} />
        </>
      )}
    </>
  )
}

function DurationField({ minutes, onChange }: { minutes: string; onChange(minutes: string): void }) {
  return (
    <div class="field">
      <label class="field">
        Open for (minutes)
        <input
          type="number"
          min={1}
          max={7 * 24 * 60}
          step={1}
          required
          value={minutes}
          onInput={event => onChange(event.currentTarget.value)}
        />
      </label>
      <fieldset class="chips" aria-label="Duration">
        {MINUTES.map(([value, name]) => (
          <button key={value} type="button" aria-pressed={minutes === value} onClick={() => onChange(value)}>
            {name}
          </button>
        ))}
      </fieldset>
    </div>
  )
}

interface OnceFieldsProps {
  timing: WindowTiming
  onChange(change: Partial<WindowTiming>): void
}

const OnceFields = ({ timing: { start, end }, onChange }: OnceFieldsProps) => (
  <div class="kind-form">
    <label class="field">
      Begins (local time)
      <input
        type="datetime-local"
        required
        value={start}
        onInput={event => onChange({ start: event.currentTarget.value })}
      />
    </label>
    <label class="field">
      Ends (local time)
      <input
        type="datetime-local"
        required
        value={end}
        onInput={event => onChange({ end: event.currentTarget.value })}
      />
    </label>
  </div>
)
