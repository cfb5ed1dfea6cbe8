import { useFetch } from '../use-fetch'

/** The kinds of jobs; empty until they have been loaded. */
export function useKinds() {
  const { value } = useFetch('/api/kinds', {})
  return value.value?.items ?? []
}
