import { missingLine } from '../../../public/components/log-viewer/missing-line'

test.each([
  [5_000, 1, 300, false, 'Line 5,000 does not exist; this log has 300 lines.'],
  [2, 1, 1, false, 'Line 2 does not exist; this log has 1 line.'],
  [7, 0, 0, false, 'Line 7 does not exist; this log has no lines.'],
  [7, 0, 0, true, 'Line 7 is no longer stored; the lines of this log were deleted.'],
  [7, 1_001, 2_000, true, 'Line 7 is no longer stored; this log starts at line 1,001.'],
  [50, 1, 300, false, 'Line 50 is no longer stored.'],
])('line %d of a log from %d to %d', (line, first, last, isTrimmed, text) => {
  expect(missingLine(line, first, last, isTrimmed)).toBe(text)
})
