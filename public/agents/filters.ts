import { AGENT_STATUSES } from '../../src/contract/values'
import { readFilters, searchOf } from '../url-filters'

const NAMES = ['status', 'q'] as const

/** The filters of the page of agents. They are kept in the URL. */
export type AgentFilters = Record<(typeof NAMES)[number], string>

export const agentFiltersOf = (search: string): AgentFilters => readFilters(NAMES, search)

/** Filters as a query string with its `?`. Empty ones are left out. */
export function agentSearchOf(filters: Partial<AgentFilters>): string {
  const text = new URLSearchParams(searchOf(NAMES, filters)).toString()
  return text && `?${text}`
}

/** Filters as parameters of the API. */
export function agentParams({ status, q }: AgentFilters) {
  const known = AGENT_STATUSES.find(each => each === status)
  return { ...(known && { status: known }), ...(q !== '' && { q }) }
}
