import type { ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { Empty, Failure } from './empty'

interface ListingProps<T> {
  name: string
  /** Headings of the columns. */
  columns: string[]
  pages: {
    items: ReadonlySignal<T[] | null>
    cursor: ReadonlySignal<string | null>
    problem: ReadonlySignal<string>
    read(): Promise<void>
    readMore(): Promise<void>
  }
  /** Shown while there is nothing. */
  empty: string
  row(item: T): ComponentChildren
}

/** A table of a paged list. */
export function Listing<T>({ name, columns, pages, empty, row }: ListingProps<T>) {
  const { items, cursor, problem, read, readMore } = pages
  return (
    <>
      {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
      {items.value?.length === 0 && <Empty title={empty} />}
      {items.value === null && problem.value === '' && <div class="is-loading" aria-busy="true" />}
      {items.value !== null && items.value.length > 0 && (
        <div class="table">
          <table aria-label={name}>
            <thead>
              <tr>
                {columns.map(column => (
                  <th key={column} scope="col">
                    {column || <span class="hidden">Actions</span>}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>{items.value.map(row)}</tbody>
          </table>
        </div>
      )}
      {cursor.value !== null && (
        <button type="button" class="more" onClick={() => void readMore()}>
          More
        </button>
      )}
    </>
  )
}
