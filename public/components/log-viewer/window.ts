/** Height of every row in CSS pixels; css/log-viewer.css takes it from `--row`. */
export const ROW_PX = 20

const OVERSCAN_ROWS = 12

/** The rows to draw (`end` is exclusive), a little more than fits so that scrolling shows no white. */
export function windowOf(scrollTopPx: number, heightPx: number, rowCount: number) {
  const first = Math.floor(Math.max(0, scrollTopPx) / ROW_PX)
  const fitting = Math.ceil(Math.max(0, heightPx) / ROW_PX)
  const start = Math.max(0, Math.min(first, rowCount - fitting) - OVERSCAN_ROWS)
  const end = Math.min(rowCount, Math.max(first, start) + fitting + OVERSCAN_ROWS * 2)
  return { start, end }
}

/** Whether the last row is in sight; a row of tolerance, since browsers round scroll positions. */
export const isAtEnd = (scrollTopPx: number, heightPx: number, contentPx: number) =>
  scrollTopPx + heightPx >= contentPx - ROW_PX

/** Where to scroll so that a row stands in the upper third. */
export const scrollTopFor = (row: number, heightPx: number) => Math.max(0, row * ROW_PX - Math.floor(heightPx / 3))
