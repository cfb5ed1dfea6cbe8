import { PERIODS } from '../periods'

interface FilterSelectProps {
  label: string
  /** Label of the option that sets no filter. */
  all: string
  value: string
  options: ReadonlyArray<string | { value: string; name: string }>
  onChange(value: string): void
}

/** Selects the value of a filter. A value from the URL that is not among the options is added to them. */
export function FilterSelect({ label, all, value, options, onChange }: FilterSelectProps) {
  const known = options.map(option => (typeof option === 'string' ? { value: option, name: option } : option))
  const isKnown = value === '' || known.some(option => option.value === value)
  const shown = isKnown ? known : [{ value, name: value }, ...known]
  return (
    <select aria-label={label} value={value} onChange={event => onChange(event.currentTarget.value)}>
      <option value="">{all}</option>
      {shown.map(option => (
        <option key={option.value} value={option.value}>
          {option.name}
        </option>
      ))}
    </select>
  )
}

const OPTIONS = Object.entries(PERIODS).map(([value, { name }]) => ({ value, name }))

/** Selects a period up to now. */
export const PeriodSelect = (props: Pick<FilterSelectProps, 'label' | 'value' | 'onChange'>) => (
  <FilterSelect all="Any time" options={OPTIONS} {...props} />
)
