import { useSignal } from '@preact/signals'
import type { Row } from '../../src/contract/queries'
import { formatCount } from '../../text/numbers'
import { ScrollTable, TableHead } from '../components/listing'
import { columnsOf } from './query-result'

/** Rows rendered at first. */
const ROWS_SHOWN = 50

interface ResultTableProps {
  name: string
  rows: Row[]
  /** Known columns, in order. */
  columns?: string[]
}

/** The rows of an answer. Not all of them are rendered until the user asks for them. */
export function ResultTable({ name, rows, columns: known }: ResultTableProps) {
  const isWhole = useSignal(false)
  const columns = columnsOf(rows, known)
  const shown = isWhole.value ? rows : rows.slice(0, ROWS_SHOWN)
  return (
    <>
      <ScrollTable name={name}>
        <TableHead columns={columns} />
        <tbody>
          {shown.map((row, at) => (
            <tr key={at}>
              {columns.map(column => (
                <td key={column} class="result-cell">
                  <span>{row[column] ?? ''}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {shown.length < rows.length && (
        <button type="button" class="more" onClick={() => (isWhole.value = true)}>
          Show all {formatCount(rows.length)} rows
        </button>
      )}
    </>
  )
}
