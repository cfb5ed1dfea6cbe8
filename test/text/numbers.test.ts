import { counted, formatBytes, formatCount, formatPercent } from '../../text/numbers'

test.each([
  [0, '0 B'],
  [900, '900 B'],
  [1_536, '1.5 KiB'],
  [16_777_216_000, '16 GiB'],
  [8_400_000_000, '7.8 GiB'],
  [-1, '0 B'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('counts and percentages', () => {
  expect(formatCount(12_345)).toBe('12,345')
  expect([counted(0, 'row'), counted(1, 'row'), counted(2, 'query', 'queries')]).toEqual([
    '0 rows',
    '1 row',
    '2 queries',
  ])
  expect([formatPercent(0.126), formatPercent(1 / 3, 1), formatPercent(1)]).toEqual(['13%', '33.3%', '100%'])
})
