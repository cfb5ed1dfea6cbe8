import type { ComponentChildren } from 'preact'
import type { PagedList } from '../paged-list'
import { ListStatus, LoadMore } from './list-status'

interface ListingProps<T> {
  name: string
  /** Column headings; an empty one is that of the actions. */
  columns: string[]
  list: PagedList<T>
  /** Shown while the list is empty. */
  empty: string
  row(item: T): ComponentChildren
}

/** A table that scrolls horizontally when it is too wide. */
export function ScrollTable({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="table" tabIndex={0} aria-label={name}>
      <table aria-label={name}>{children}</table>
    </section>
  )
}

/** A paged list as a table. */
export function Listing<T>({ name, columns, list, empty, row }: ListingProps<T>) {
  const items = list.items.value ?? []
  return (
    <>
      <ListStatus list={list} empty={empty} />
      {items.length > 0 && (
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
          <tbody>{items.map(row)}</tbody>
        </ScrollTable>
      )}
      <LoadMore list={list} />
    </>
  )
}
