import { addressOf } from '../../../public/client/address'

test.each([
  ['/api/jobs', {}, '/api/jobs'],
  ['/api/jobs', { limit: 5, cursor: undefined }, '/api/jobs?limit=5'],
  ['/api/jobs/{id}', { id: 'a/b' }, '/api/jobs/a%2Fb'],
  ['/api/jobs/{id}/tree', { limit: 5, id: 'x' }, '/api/jobs/x/tree?limit=5'],
  ['/api/stream', { topic: ['job:1', 'host:2'], q: 'a b&c' }, '/api/stream?topic=job%3A1&topic=host%3A2&q=a+b%26c'],
])('%s with %j', (path, params, address) => expect(addressOf(path, params)).toBe(address))
