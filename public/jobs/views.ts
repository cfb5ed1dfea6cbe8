import { signal } from '@preact/signals'

/** A named query string of the queue page, stored in the browser. */
export interface View {
  name: string
  search: string
}

const KEY = 'tailrace.views'
const VIEWS_MAX = 30

function stored(): View[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(known) ? known.filter(isView) : []
  } catch {
    return []
  }
}

const isView = (value: unknown): value is View =>
  value !== null &&
  typeof value === 'object' &&
  typeof (value as View).name === 'string' &&
  typeof (value as View).search === 'string'

export const views = signal<View[]>(stored())

function store(next: View[]) {
  views.value = next.slice(-VIEWS_MAX)
  localStorage.setItem(KEY, JSON.stringify(views.value))
}

/** Saves a view. One with the same name is replaced. */
export const saveView = (view: View) => store([...views.value.filter(each => each.name !== view.name), view])
export const deleteView = (name: string) => store(views.value.filter(each => each.name !== name))
