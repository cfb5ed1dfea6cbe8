import type { Signal } from '@preact/signals'
import type { Monitor } from '../../src/contract/monitors'
import type { Fault } from '../api'
import { type Draft, isStored } from './draft'
import { faultOf } from './faults'
import { RowsField } from './rows-field'
import { SecretInput } from './secret-input'
import { SETTING_GROUPS, type SettingField, type SettingGroup } from './setting-fields'
import { SettingInput } from './setting-input'

interface SettingGroupsProps {
  draft: Signal<Draft>
  monitor: Monitor | null
  faults: readonly Fault[]
}

/** The settings of the chosen type. */
export const SettingGroups = (props: SettingGroupsProps) => (
  <>
    {SETTING_GROUPS[props.draft.value.type].map(group => (
      <Group key={`${props.draft.value.type} ${group.title}`} group={group} {...props} />
    ))}
  </>
)

function Group({ group: { title, isFolded, fields }, ...props }: SettingGroupsProps & { group: SettingGroup }) {
  const hasFault = fields.some(({ name }) => faultOf(props.faults, name) !== undefined)
  const content = (
    <div class="kind-form">
      {fields.map(field => (
        <Setting key={field.name} field={field} {...props} />
      ))}
    </div>
  )
  if (!isFolded) {
    return (
      <section class="panel" aria-label={title}>
        <h2>{title}</h2>
        {content}
      </section>
    )
  }
  return (
    <details class="panel" open={hasFault || fields.some(field => isSet(field, props))}>
      <summary>{title}</summary>
      {content}
    </details>
  )
}

/** Whether the monitor has something else than what holds without it. */
function isSet({ name, type, initial = '' }: SettingField, { monitor, draft }: SettingGroupsProps): boolean {
  if (monitor === null) return false
  if (isStored(monitor, name)) return true
  if (type === 'rows') return (draft.peek().rows[name] ?? []).length > 0
  return (draft.peek().texts[name] ?? '') !== initial
}

function Setting({ field, draft, monitor, faults }: SettingGroupsProps & { field: SettingField }) {
  const { name, label, hint, type, parts = [], more = '' } = field
  const { texts, rows, removed } = draft.value
  const fault = faultOf(faults, name)
  const set = (change: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...change }
  }
  const setText = (text: string) => set({ texts: { ...draft.peek().texts, [name]: text } })
  if (type === 'rows') {
    return (
      <RowsField
        {...{ label, parts, more, fault, rows: rows[name] ?? [] }}
        {...(hint !== undefined && { hint })}
        onChange={next => set({ rows: { ...draft.peek().rows, [name]: next } })}
      />
    )
  }
  if (type === 'secret') {
    return (
      <SecretInput
        {...{ label, fault, value: texts[name] ?? '' }}
        isStored={isStored(monitor, name)}
        isRemoved={removed.includes(name)}
        onChange={setText}
        onRemove={isRemoved =>
          set({ removed: [...removed.filter(each => each !== name), ...(isRemoved ? [name] : [])] })
        }
      />
    )
  }
  return <SettingInput {...{ field, fault, value: texts[name] ?? '' }} onChange={setText} />
}
