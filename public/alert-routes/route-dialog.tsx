import { type Signal, useSignal } from '@preact/signals'
import type { AlertRoute } from '../../src/contract/alert-routes'
import type { LabelValues } from '../alerts/suggestions'
import { messageOf } from '../api'
import { Dialog } from '../components/dialog'
import { DialogButtons } from '../components/dialog-buttons'
import { Failure } from '../components/empty'
import { matchersOf, rowsOf } from '../silences/draft'
import { MatchersEditor } from '../silences/matchers-editor'
import { draftOf, type RouteDraft, routeOfDraft } from './route-draft'
import { groupText } from './route-tree'
import type { Effective } from './tree'
import { waitText } from './wait-text'

/** What the routes of a tenant refer to. */
export interface Known {
  receivers: readonly string[]
  intervals: readonly string[]
  /** For completion. */
  labels: readonly LabelValues[]
}

interface RouteDialogProps {
  title: string
  route: AlertRoute
  isRoot: boolean
  inherited: Effective
  known: Known
  onRoute(route: AlertRoute): void
  onClose(): void
}

/** Changes a route of the draft; nothing is stored before that is saved. */
export function RouteDialog({ title, route, isRoot, inherited, known, onRoute, onClose }: RouteDialogProps) {
  const rows = useSignal(rowsOf(route.matchers))
  const draft = useSignal(draftOf(route))
  const problem = useSignal('')
  const set = (change: Partial<RouteDraft>) => {
    draft.value = { ...draft.peek(), ...change }
  }
  const accept = () => {
    try {
      onRoute(routeOfDraft(draft.value, isRoot ? [] : matchersOf(rows.value), route))
      onClose()
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="sql-form silence-form"
        onSubmit={event => {
          event.preventDefault()
          accept()
        }}
      >
        {!isRoot && <MatchersEditor rows={rows} labels={known.labels} faults={[]} />}
        <div class="kind-form">
          <ReceiverField draft={draft.value} {...{ isRoot, inherited, known, set }} />
          <GroupField draft={draft.value} {...{ isRoot, inherited, set }} />
        </div>
        <WaitFields draft={draft.value} {...{ inherited, set }} />
        {!isRoot && (
          <>
            <label class="check-label">
              <input
                type="checkbox"
                checked={draft.value.continue}
                onChange={event => set({ continue: event.currentTarget.checked })}
              />
              continue: routes after it are tried, too
            </label>
            <IntervalFields draft={draft} known={known} />
          </>
        )}
        {problem.value !== '' && <Failure message={problem.value} />}
        <DialogButtons action="Use" onClose={onClose} />
      </form>
    </Dialog>
  )
}

interface FieldProps {
  draft: RouteDraft
  isRoot: boolean
  inherited: Effective
  set(change: Partial<RouteDraft>): void
}

function ReceiverField({ draft, isRoot, inherited, known, set }: FieldProps & { known: Known }) {
  const names = [
    ...new Set([...known.receivers, ...(draft.receiver.startsWith('to ') ? [draft.receiver.slice(3)] : [])]),
  ]
  return (
    <label class="field">
      Receiver
      <select
        value={isRoot && draft.receiver === 'inherit' ? 'none' : draft.receiver}
        onChange={event => set({ receiver: event.currentTarget.value })}
      >
        {!isRoot && <option value="inherit">as above: {inherited.receiver ?? 'incidents only'}</option>}
        <option value="none">nobody: incidents only</option>
        {names.map(name => (
          <option key={name} value={`to ${name}`}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

function GroupField({ draft: { group_by }, isRoot, inherited, set }: FieldProps) {
  return (
    <div class="field">
      <label class="field">
        Grouped by labels (none: one group; ...: each alert alone)
        <input
          value={group_by ?? ''}
          disabled={group_by === null && !isRoot}
          placeholder={group_by === null ? groupText(inherited.group_by) : 'alertname, cluster'}
          spellcheck={false}
          onInput={event => set({ group_by: event.currentTarget.value })}
        />
      </label>
      {!isRoot && (
        <label class="check-label">
          <input
            type="checkbox"
            checked={group_by === null}
            onChange={event => set({ group_by: event.currentTarget.checked ? null : inherited.group_by.join(', ') })}
          />
          as above
        </label>
      )}
    </div>
  )
}

const WAIT_NAMES = {
  group_wait_seconds: 'Wait before the first notification',
  group_interval_seconds: 'Between notifications of a group',
  repeat_interval_seconds: 'Repeat while it fires',
} as const

function WaitFields({ draft, inherited, set }: Omit<FieldProps, 'isRoot'>) {
  return (
    <div class="kind-form">
      {(Object.keys(WAIT_NAMES) as Array<keyof typeof WAIT_NAMES>).map(name => (
        <label key={name} class="field">
          {WAIT_NAMES[name]}
          <input
            value={draft[name]}
            placeholder={`as above: ${waitText(inherited[name])}`}
            onInput={event => set({ [name]: event.currentTarget.value })}
          />
        </label>
      ))}
      <label class="field">
        Expected to come every (else that is an incident)
        <input
          value={draft.expect_every_seconds}
          placeholder="not expected"
          onInput={event => set({ expect_every_seconds: event.currentTarget.value })}
        />
      </label>
    </div>
  )
}

const INTERVAL_NAMES = {
  mute_time_intervals: 'Not notified in',
  active_time_intervals: 'Notified only in',
} as const

function IntervalFields({ draft, known: { intervals } }: { draft: Signal<RouteDraft>; known: Known }) {
  const { mute_time_intervals, active_time_intervals } = draft.value
  const names = [...new Set([...intervals, ...mute_time_intervals, ...active_time_intervals])].sort()
  if (names.length === 0) return null
  return (
    <div class="kind-form">
      {(Object.keys(INTERVAL_NAMES) as Array<keyof typeof INTERVAL_NAMES>).map(field => (
        <fieldset key={field} class="interval-choice">
          <legend>{INTERVAL_NAMES[field]}</legend>
          {names.map(name => (
            <label key={name} class="check-label">
              <input
                type="checkbox"
                checked={draft.value[field].includes(name)}
                onChange={event => {
                  const others = draft.value[field].filter(each => each !== name)
                  draft.value = { ...draft.value, [field]: event.currentTarget.checked ? [...others, name] : others }
                }}
              />
              {name}
            </label>
          ))}
        </fieldset>
      ))}
    </div>
  )
}
