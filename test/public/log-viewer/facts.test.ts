import { briefFacts, factsOf } from '../../../public/components/log-viewer/facts'

const request = {
  request_id: 'my-request-1',
  method: 'GET',
  route: '/api/jobs/{id}',
  status: 200,
  duration_ms: 3.2,
  bytes: 8_000,
  tenant_id: 't-1',
}

test('facts of a request are told in words and units', () => {
  expect(factsOf(request)).toEqual([
    { name: 'request', text: 'my-request-1' },
    { name: 'method', text: 'GET' },
    { name: 'route', text: '/api/jobs/{id}' },
    { name: 'status', text: '200' },
    { name: 'duration', text: '3.2 ms' },
    { name: 'sent', text: '7.8 KiB' },
    { name: 'tenant', text: 't-1' },
  ])
  expect(factsOf({ duration_ms: 65_000 })).toEqual([{ name: 'duration', text: '1 m 05 s' }])
})

test('behind the message stands what it does not say itself, and only what is short', () => {
  expect(briefFacts(request).map(({ name }) => name)).toEqual(['request', 'duration', 'sent', 'tenant'])
  expect(briefFacts({ error: { message: 'x' }, reason: 'x'.repeat(100), left_out: 3 })).toEqual([
    { name: 'left out', text: '3' },
  ])
  expect(briefFacts(undefined)).toEqual([])
})

test('what is not a set of facts is shown as it is', () => {
  expect(factsOf([1])).toEqual([{ name: 'data', text: '[\n  1\n]' }])
  expect(factsOf(null)).toEqual([])
  expect(factsOf({ rows: [{ a: 1 }] })[0]?.text).toContain('"a": 1')
})
