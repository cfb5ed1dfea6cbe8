import { useMemo } from 'preact/hooks'
import { ListStatus, LoadMore } from '../components/list-status'
import { byId, usePagedList } from '../use-paged-list'
import { chosenText, namesOf, TYPE_NAMES } from './receiver-fields'

interface ReceiverChoiceProps {
  label: string
  text: string
  fault: string
  onChange(text: string): void
}

/** The receivers of a group, to choose among all that are none. */
export function ReceiverChoice({ label, text, fault, onChange }: ReceiverChoiceProps) {
  const params = useMemo(() => ({}), [])
  const list = usePagedList('/api/receivers', { params, idOf: byId, pageSize: 500 })
  const receivers = (list.items.value ?? []).filter(({ type }) => type !== 'group')
  const chosen = namesOf(text)
  return (
    <fieldset class="interval-choice">
      <legend>{label}</legend>
      <ListStatus list={list} empty="No receivers yet" />
      {receivers.map(({ id, name, type }) => (
        <label key={id} class="check-label">
          <input
            type="checkbox"
            checked={chosen.includes(name)}
            onChange={event => onChange(chosenText(text, name, event.currentTarget.checked))}
          />
          {name} ({TYPE_NAMES[type]})
        </label>
      ))}
      <LoadMore list={list} />
      <span class="field-fault" role="alert">
        {fault}
      </span>
    </fieldset>
  )
}
