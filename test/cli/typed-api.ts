import type { Api } from '../../cli/api'

/** Only type-checked, never run: calls that the contract does not have must not compile. */
export async function wrongCalls(api: Api, id: string) {
  const { items } = await api.get('/api/jobs', { limit: 5 })
  items.map(({ status }): string => status)
  // @ts-expect-error a field that the response does not have
  items.map(({ state }) => state)
  // @ts-expect-error a path that does not exist
  await api.get('/api/job')
  // @ts-expect-error a parameter that does not exist
  await api.get('/api/jobs', { limt: 5 })
  // @ts-expect-error the id is missing
  await api.get('/api/jobs/{id}')
  // @ts-expect-error the body is missing
  await api.post('/api/jobs/{id}/cancel', { id })
}
