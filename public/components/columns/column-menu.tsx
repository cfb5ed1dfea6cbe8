import { Columns3 } from 'lucide'
import { useMenu } from '../../use-menu'
import { Icon } from '../icon'
import type { Column } from './layout'
import { layoutOf, resetColumns, toggleColumn } from './remembered'

interface ColumnMenuProps {
  table: string
  columns: readonly Pick<Column, 'name' | 'title' | 'isMain'>[]
}

/** Chooses the columns of a table. */
export function ColumnMenu({ table, columns }: ColumnMenuProps) {
  const menu = useMenu()
  const { hidden, widths } = layoutOf(table).value
  const isDefault = hidden.length === 0 && Object.keys(widths).length === 0
  return (
    <details class="menu column-menu" ref={menu}>
      <summary class="button">
        <Icon of={Columns3} />
        Columns
      </summary>
      <div class="menu-items">
        <fieldset aria-label="Columns">
          {columns.map(({ name, title, isMain }) => (
            <label key={name} class="check-label">
              <input
                type="checkbox"
                checked={isMain || !hidden.includes(name)}
                disabled={isMain}
                onChange={() => toggleColumn(table, name)}
              />
              {title}
            </label>
          ))}
        </fieldset>
        <button type="button" data-closes-menu disabled={isDefault} onClick={() => resetColumns(table)}>
          Reset columns
        </button>
      </div>
    </details>
  )
}
