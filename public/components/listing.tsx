import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { PagedList } from '../paged-list'
import { ListStatus, LoadMore } from './list-status'

interface ListingProps<T> {
  name: string
  /** Column headings; an empty one is that of the actions. */
  columns: readonly Heading[]
  list: PagedList<T>
  /** Shown while the list is empty. */
  empty: string
  row(item: T): ComponentChildren
}

type Heading = string | { title: string; isNumber: true }

/** The heading of a column of right-aligned numbers. */
export const number = (title: string): Heading => ({ title, isNumber: true })

/** A table whose heading sticks to the window. One that is too wide scrolls horizontally instead. */
export function ScrollTable({ name, children }: { name: string; children: ComponentChildren }) {
  const { box, fits } = useFits()
  return (
    // What scrolls must be reachable by keyboard (WCAG 2.1.1).
    <section
      class={fits.value ? 'table is-fitting' : 'table'}
      tabIndex={fits.value ? undefined : 0}
      aria-label={name}
      ref={box}
      onPointerOver={showCutText}
    >
      <table aria-label={name}>{children}</table>
    </section>
  )
}

/** Gives a cell whose text is cut off a tooltip with all of it. */
function showCutText({ target }: PointerEvent) {
  const cell = target instanceof Element ? target.closest('td') : null
  if (!cell || cell.scrollWidth <= cell.clientWidth || cell.title !== '') return
  const texts = [...cell.childNodes].map(node => node.textContent?.trim())
  cell.title = texts.filter(Boolean).join('\n')
}

/** Whether a box is as wide as its table. A box that scrolls would hold on to a sticky heading. */
function useFits() {
  const box = useRef<HTMLElement>(null)
  const fits = useSignal(false)
  useEffect(() => {
    const element = box.current
    const table = element?.firstElementChild
    if (!element || !table) return
    const observer = new ResizeObserver(() => (fits.value = table.scrollWidth <= element.clientWidth))
    observer.observe(element)
    observer.observe(table)
    return () => observer.disconnect()
  }, [])
  return { box, fits }
}

/** The headings of a table. */
export function TableHead({ columns }: { columns: readonly Heading[] }) {
  return (
    <thead>
      <tr>
        {columns.map(column => {
          const title = typeof column === 'string' ? column : column.title
          return (
            <th key={title} scope="col" class={typeof column === 'string' ? undefined : 'number'}>
              {title || <span class="hidden">Actions</span>}
            </th>
          )
        })}
      </tr>
    </thead>
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
          <TableHead columns={columns} />
          <tbody>{items.map(row)}</tbody>
        </ScrollTable>
      )}
      <LoadMore list={list} />
    </>
  )
}
