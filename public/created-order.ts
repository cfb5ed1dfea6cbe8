import { computed } from '@preact/signals'
import { search, setFilters } from './router'
import { readFilters } from './url-filters'

/** Whether the list of the page, otherwise newest first, is oldest first. It is in the URL. */
export const isOldestFirst = computed(() => readFilters(['sort'], search.value).sort === 'created')

/** For the server. */
export const orderParam = (oldestFirst: boolean): { sort?: 'created' } => (oldestFirst ? { sort: 'created' } : {})

export const turnOrder = () => setFilters({ sort: isOldestFirst.peek() ? '' : 'created' })
