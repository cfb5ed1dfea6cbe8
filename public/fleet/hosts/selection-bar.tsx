import { useSignal } from '@preact/signals'
import type { Targets } from '../../../src/contract/queries'
import { counted } from '../../../text/numbers'
import { useKeys } from '../../keys'
import { navigate } from '../../router'
import { isOperator } from '../../session'
import { draftAddress } from '../query/draft'
import { LabelHosts } from './label-hosts'

interface SelectionBarProps {
  selected: ReadonlySet<string>
  /** All hosts that match the filters; null if targets cannot express the filters. */
  all: Targets | null
  total: number
  isFiltered: boolean
  onClear(): void
  onLabeled(): void
}

const hostsOf = (count: number) => counted(count, 'host')

/** Actions on the selected hosts, or on all listed ones if none is selected. */
export function SelectionBar({ selected, all, total, isFiltered, onClear, onLabeled }: SelectionBarProps) {
  const isLabeling = useSignal(false)
  const isAll = selected.size === 0
  const targets: Targets | null = isAll ? all : { host_ids: [...selected] }
  const count = isAll ? total : selected.size
  const runQuery = () => {
    if (isOperator.peek() && targets !== null && count > 0) navigate(draftAddress({ targets }))
  }
  useKeys({ r: runQuery })
  if (!isOperator.value || (isAll && !isFiltered)) return null
  return (
    <section class="bulk" aria-label="Bulk actions">
      <div class="row">
        <span>{isAll ? counted(count, 'matching host') : `${hostsOf(count)} selected`}</span>
        <button
          type="button"
          disabled={targets === null || count === 0}
          title={
            targets === null
              ? 'Select hosts first. Without a selection, only all hosts, one platform or one label can be queried.'
              : 'r'
          }
          onClick={runQuery}
        >
          Run query on {hostsOf(count)}
        </button>
        {!isAll && (
          <button type="button" aria-expanded={isLabeling.value} onClick={() => (isLabeling.value = !isLabeling.value)}>
            Labels
          </button>
        )}
        {!isAll && (
          <button type="button" class="quiet" onClick={onClear}>
            Clear selection
          </button>
        )}
      </div>
      {isLabeling.value && !isAll && (
        <LabelHosts hostIds={[...selected]} onDone={onLabeled} onDismiss={() => (isLabeling.value = false)} />
      )}
    </section>
  )
}
