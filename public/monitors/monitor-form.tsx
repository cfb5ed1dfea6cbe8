import { type Signal, useSignal } from '@preact/signals'
import type { Monitor } from '../../src/contract/monitors'
import { MONITOR_TYPES } from '../../src/contract/values'
import { ApiError, client, type Fault, messageOf } from '../api'
import { Failure } from '../components/empty'
import { navigate } from '../router'
import { showToast } from '../toasts'
import { useFocus } from '../use-focus'
import { type Draft, draftOf, NUMBERS, nameOf, numbersOf, withType } from './draft'
import { changeBody, createBody } from './draft-body'
import { faultOf, otherFaults } from './faults'
import { PushAddress } from './push-address'
import { RowsField } from './rows-field'
import { fieldsOf, TARGETS, TYPE_HELP } from './setting-fields'
import { SettingGroups } from './setting-groups'
import { SettingInput } from './setting-input'
import { TryPanel } from './try-panel'
import { settingWords, TYPE_NAMES } from './words'

const LABEL_PARTS = [
  { name: 'name', title: 'name', hint: 'team' },
  { name: 'value', title: 'value', hint: 'web' },
]

/** Creates or changes a monitor, after it has been tried out. @param monitor null for a new one */
export function MonitorForm({ monitor }: { monitor: Monitor | null }) {
  const draft = useSignal(draftOf(monitor))
  const faults = useSignal<readonly Fault[]>([])
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const created = useSignal<{ id: string; url: string } | null>(null)
  const { type } = draft.value
  const save = async () => {
    if (isBusy.value) return
    isBusy.value = true
    try {
      const saved = await send(draft.value, monitor)
      showToast(`Monitor ${nameOf(draft.value)} ${monitor ? 'changed' : 'added'}`)
      if (saved.url === '') navigate(`/monitors/${saved.id}`)
      else created.value = saved
    } catch (error) {
      faults.value = error instanceof ApiError ? error.faults : []
      problem.value = faults.value.length > 0 ? faultWords(faults.value, draft.value) : messageOf(error)
      isBusy.value = false
    }
  }
  if (created.value) {
    const { id, url } = created.value
    return (
      <>
        <PushAddress url={url} />
        <a href={`/monitors/${id}`}>View the monitor</a>
      </>
    )
  }
  return (
    <div class="monitor-form-layout">
      <form
        class="monitor-form"
        autocomplete="off"
        onSubmit={event => {
          event.preventDefault()
          void save()
        }}
      >
        <section class="panel" aria-label="What is checked">
          {monitor === null && <TypeChoice draft={draft} onChosen={() => (faults.value = [])} />}
          <p class="hint">{TYPE_HELP[type]}</p>
          <Basics draft={draft} faults={faults.value} />
        </section>
        <Timing draft={draft} faults={faults.value} />
        <SettingGroups draft={draft} monitor={monitor} faults={faults.value} />
        <section class="panel" aria-label="Labels">
          <RowsField
            label="Labels"
            hint="Alerts have them, too: routes and rules can choose by them."
            parts={LABEL_PARTS}
            rows={draft.value.labels}
            more="Another label"
            fault={faultOf(faults.value, 'labels')}
            onChange={labels => (draft.value = { ...draft.peek(), labels })}
          />
        </section>
        {problem.value !== '' && <Failure message={problem.value} />}
        <div class="row action-buttons">
          <a class="button" href={monitor ? `/monitors/${monitor.id}` : '/monitors'}>
            Dismiss
          </a>
          <button type="submit" class="primary" disabled={isBusy.value}>
            {monitor ? 'Save' : 'Add monitor'}
          </button>
        </div>
      </form>
      {type !== 'push' && <TryPanel draft={draft.value} monitor={monitor} onFaults={found => (faults.value = found)} />}
    </div>
  )
}

async function send(draft: Draft, monitor: Monitor | null): Promise<{ id: string; url: string }> {
  if (monitor) {
    await client.patch('/api/monitors/{id}', { id: monitor.id, body: changeBody(draft, monitor) })
    return { id: monitor.id, url: '' }
  }
  const { monitor: added, push_url = '' } = await client.post('/api/monitors', { body: createBody(draft) })
  return { id: added.id, url: push_url }
}

/** Faults stand at their fields; only what has no field must be said. */
function faultWords(faults: readonly Fault[], { type }: Draft): string {
  const names = [
    'name',
    'target',
    'labels',
    ...NUMBERS.map(({ name }) => name),
    ...fieldsOf(type).map(({ name }) => name),
  ]
  const others = otherFaults(faults, names)
  return others.length > 0
    ? others.map(({ path, message }) => `${path}: ${message}`).join('; ')
    : 'Correct the fields that are marked.'
}

function TypeChoice({ draft, onChosen }: { draft: Signal<Draft>; onChosen(): void }) {
  return (
    <fieldset class="chips" aria-label="Type">
      {MONITOR_TYPES.map(type => (
        <button
          key={type}
          type="button"
          aria-pressed={draft.value.type === type}
          onClick={() => {
            draft.value = withType(draft.peek(), type)
            onChosen()
          }}
        >
          {TYPE_NAMES[type]}
        </button>
      ))}
    </fieldset>
  )
}

interface PartProps {
  draft: Signal<Draft>
  faults: readonly Fault[]
}

function Basics({ draft, faults }: PartProps) {
  const first = useFocus()
  const target = TARGETS[draft.value.type]
  const set = (change: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...change }
  }
  return (
    <div class="kind-form">
      {target && (
        <label class="field">
          {target.label}
          <input
            ref={first}
            name="target"
            required
            maxLength={2_048}
            placeholder={target.hint}
            spellcheck={false}
            value={draft.value.target}
            onInput={event => set({ target: event.currentTarget.value })}
          />
          <FieldFault fault={faultOf(faults, 'target')} />
        </label>
      )}
      <label class="field">
        Name
        <input
          name="name"
          required
          maxLength={200}
          value={draft.value.isNameTyped ? draft.value.name : nameOf(draft.value)}
          onInput={event => set({ name: event.currentTarget.value, isNameTyped: event.currentTarget.value !== '' })}
        />
        <FieldFault fault={faultOf(faults, 'name')} />
      </label>
    </div>
  )
}

const FieldFault = ({ fault }: { fault: string | undefined }) => (
  <span class="field-fault" role="alert">
    {fault}
  </span>
)

function Timing({ draft, faults }: PartProps) {
  const { type, texts } = draft.value
  const every = Number(texts.interval_seconds)
  return (
    <section class="panel" aria-label="When">
      <h2>When{every > 0 && <span class="hint"> · every {settingWords(every * 1_000)}</span>}</h2>
      <div class="kind-form">
        {numbersOf(type).map(({ name, label, initial }) => (
          <SettingInput
            key={name}
            field={{ name, label, type: 'number', initial }}
            value={texts[name] ?? ''}
            fault={faultOf(faults, name)}
            onChange={text => (draft.value = { ...draft.peek(), texts: { ...draft.peek().texts, [name]: text } })}
          />
        ))}
      </div>
    </section>
  )
}
