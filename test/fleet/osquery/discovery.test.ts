import { startWire } from './wire'

test.each([
  ['osquery/3.3.2', { 'q-1': 'SELECT 1', 'q-2': 'SELECT 1' }],
  ['osquery/5.7.0', { 'q-1': 'SELECT 1', 'q-2': 'SELECT 1' }],
  ['osquery/5.8.0', undefined],
  ['osquery/5.23.1', undefined],
  ['osquery/6.0.0', undefined],
  ['curl/8', undefined],
])('%s runs all queries it receives', async (agent, discovery) => {
  const wire = await startWire({ read: async () => ({ queries: { 'q-1': 'select a', 'q-2': 'select b' } }) })
  const { body } = await wire.post('distributed_read', { node_key: 'k-1' }, { 'user-agent': agent })
  expect(body).toEqual({
    queries: { 'q-1': 'select a', 'q-2': 'select b' },
    ...(discovery && { discovery }),
    node_invalid: false,
  })
  await wire.stop()
})
