/** Rows rendered beyond each edge, so that scrolling shows no blank space. */
const OVERSCAN_ROWS = 12

/** The visible part of a long list, in CSS pixels. */
export interface View {
  scrollTop: number
  clientHeight: number
}

/** The rows to render of a list whose rows all have the same height; `end` is exclusive. */
export function windowOf({ scrollTop, clientHeight }: View, rowCount: number, rowPx: number) {
  const first = Math.floor(Math.max(0, scrollTop) / rowPx)
  const fitting = Math.ceil(Math.max(0, clientHeight) / rowPx)
  const start = Math.max(0, Math.min(first, rowCount - fitting) - OVERSCAN_ROWS)
  const end = Math.min(rowCount, Math.max(first, start) + fitting + OVERSCAN_ROWS * 2)
  return { start, end }
}

/** Whether the last row is in view, with a tolerance of one row because browsers round scroll positions. */
export const isAtEnd = ({ scrollTop, clientHeight, scrollHeight }: View & { scrollHeight: number }, rowPx: number) =>
  scrollTop + clientHeight >= scrollHeight - rowPx

/** The scroll position at which a row is in the upper third of the view. */
export const scrollTopFor = (row: number, { clientHeight }: Pick<View, 'clientHeight'>, rowPx: number) =>
  Math.max(0, row * rowPx - Math.floor(clientHeight / 3))
