import type { Actor } from '../../src/contract/access'
import { useFetch } from '../use-fetch'

/** More are not offered in a list. */
const PEOPLE_MAX = 500

/** Whom an incident can be assigned to: the members by name, and whoever it is assigned to. */
export function usePeople({ assignee }: { assignee: Actor | null }): Array<{ id: string; name: string }> {
  const { value } = useFetch('/api/members/names', { limit: PEOPLE_MAX })
  const members = value.value?.items ?? []
  const isKnown = assignee?.id == null || members.some(({ id }) => id === assignee.id)
  return isKnown ? members : [{ id: assignee.id ?? '', name: assignee.name }, ...members]
}
