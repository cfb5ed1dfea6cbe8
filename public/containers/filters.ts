import { CONTAINER_STATES } from '../../src/contract/values'
import { readFilters, searchOf } from '../url-filters'

const SINGLE = ['status', 'agent', 'image', 'q'] as const

/** The filters of the pages of containers. They are kept in the URL. */
export interface ContainerFilters extends Record<(typeof SINGLE)[number], string> {
  /** Each `name=value`, or a name alone. */
  label: readonly string[]
}

export const containerFiltersOf = (search: string): ContainerFilters => ({
  ...readFilters(SINGLE, search),
  label: [...new Set(new URLSearchParams(search).getAll('label'))],
})

/** Filters as a query string with its `?`. Empty ones are left out. */
export function containerSearchOf({ label = [], ...single }: Partial<ContainerFilters>): string {
  const query = new URLSearchParams(searchOf(SINGLE, single))
  for (const each of label) query.append('label', each)
  const text = query.toString()
  return text && `?${text}`
}

/** Filters as parameters of the API. */
export function containerParams({ status, agent, image, q, label }: ContainerFilters) {
  const known = CONTAINER_STATES.find(each => each === status)
  return {
    ...(known && { status: known }),
    ...(agent !== '' && { agent }),
    ...(image !== '' && { image }),
    ...(q !== '' && { q }),
    ...(label.length > 0 && { label: [...label] }),
  }
}
