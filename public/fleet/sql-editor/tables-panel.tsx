import { useSignal } from '@preact/signals'
import { findTables, platformNames, type Schema, type Table } from '../tables'

interface TablesPanelProps {
  schema: Schema | null
  /** Whether the editor is empty: a click on a table then inserts a complete query. */
  isEmpty: boolean
  onInsert(text: string): void
}

/** All osquery tables with their columns. A click inserts the name into the query. */
export function TablesPanel({ schema, isEmpty, onInsert }: TablesPanelProps) {
  const typed = useSignal('')
  const opened = useSignal('')
  const tables = schema ? findTables(schema.tables, typed.value) : []
  return (
    <aside class="sql-tables" aria-label="Tables">
      <input
        type="search"
        aria-label="Search tables and columns"
        placeholder={schema ? `Search ${schema.tables.length} tables` : 'Search tables'}
        onInput={event => (typed.value = event.currentTarget.value)}
      />
      {schema && tables.length === 0 && <p class="hint">No matching table or column</p>}
      <ul>
        {tables.map(table => (
          <TableItem
            key={table.name}
            table={table}
            isOpen={opened.value === table.name || tables.length === 1}
            onToggle={() => (opened.value = opened.value === table.name ? '' : table.name)}
            onInsert={() => onInsert(isEmpty ? `select * from ${table.name}` : table.name)}
            onColumn={onInsert}
          />
        ))}
      </ul>
      {schema && <p class="hint">osquery {schema.version}</p>}
    </aside>
  )
}

interface TableItemProps {
  table: Table
  isOpen: boolean
  onToggle(): void
  onInsert(): void
  onColumn(name: string): void
}

function TableItem({ table, isOpen, onToggle, onInsert, onColumn }: TableItemProps) {
  const { name, platforms, isEvented, columns } = table
  return (
    <li class="sql-table">
      <div class="sql-table-line">
        <button
          type="button"
          class="fold"
          aria-expanded={isOpen}
          aria-label={`Columns of ${name}`}
          onClick={onToggle}
        />
        <button type="button" class="link" onClick={onInsert} title="Insert into the query">
          {name}
        </button>
        {isEvented && <span class="badge">events</span>}
        {platforms.length < 3 && <span class="hint">{platformNames(platforms)}</span>}
      </div>
      {isOpen && (
        <ul class="sql-columns">
          {columns.map(({ name: column, type, isRequired, isHidden, platforms: only }) => (
            <li key={column}>
              <button type="button" class="link" onClick={() => onColumn(column)}>
                {column}
              </button>
              <span class="hint">
                {type}
                {isRequired && <b> required</b>}
                {isHidden && ' hidden'}
                {only.length > 0 && ` ${platformNames(only)} only`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </li>
  )
}
