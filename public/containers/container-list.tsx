import type { ReadonlySignal } from '@preact/signals'
import type { Container } from '../../src/contract/containers'
import { ColumnsHead, columnsLayout } from '../components/columns'
import { WindowRows } from '../components/window-rows'
import { useMedia } from '../use-media'
import { CONTAINER_TABLE, OWN_TABLE } from './container-columns'
import { ContainerRow } from './container-row'

/** Also in css/agents.page.css. */
const ROW_PX = 32
const PHONE_ROW_PX = 60

interface ContainerListProps {
  containers: readonly Container[]
  current: ReadonlySignal<string>
  /** Whether the list says on which machine they are. */
  hasAgents?: boolean
}

/** Containers with what they use, live. */
export function ContainerList({ containers, current, hasAgents = true }: ContainerListProps) {
  const isPhone = useMedia('(max-width: 620px)')
  const table = hasAgents ? CONTAINER_TABLE : OWN_TABLE
  return (
    <div class="containers columns" {...columnsLayout(table)}>
      <div class="containers-head">
        <ColumnsHead {...table} />
      </div>
      <WindowRows
        name="Containers"
        items={containers}
        rowPx={isPhone ? PHONE_ROW_PX : ROW_PX}
        idOf={({ id }) => id}
        row={container => <ContainerRow container={container} current={current} hasAgent={hasAgents} />}
      />
    </div>
  )
}
