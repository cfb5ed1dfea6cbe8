import { client } from '../../public/api'

/** Checked by the compiler, never run: calls that do not match the contract must not compile. */
export async function wrongCalls(id: string) {
  const { items } = await client.get('/api/tokens', { limit: 5 })
  items.map(({ created_by }): string => created_by.name)
  // @ts-expect-error a field that the reply does not have
  items.map(({ createdBy }) => createdBy)
  // @ts-expect-error a path that does not exist
  await client.get('/api/token')
  // @ts-expect-error a parameter that does not exist
  await client.get('/api/tokens', { limt: 5 })
  // @ts-expect-error an id is missing
  await client.delete('/api/tokens/{id}')
  // @ts-expect-error a body is missing
  await client.post('/api/tokens')
  // @ts-expect-error a body field that does not exist
  await client.post('/api/tokens', { body: { name: 'ci', role: 'viewer', expires: null } })
  const nothing: null = await client.delete('/api/tokens/{id}', { id })
  return nothing
}
