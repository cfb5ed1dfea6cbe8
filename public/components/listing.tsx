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

/** A table that scrolls sideways where it is too wide. */
export function ScrollTable({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="table" tabIndex={0} aria-label={name}>
      <table aria-label={name}>{children}</table>
    </section>
  )
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
        <ScrollTable name={name}>
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
        </ScrollTable>
      )}
      {cursor.value !== null && (
        <button type="button" class="more" onClick={() => void readMore()}>
          More
        </button>
      )}
    </>
  )
}
