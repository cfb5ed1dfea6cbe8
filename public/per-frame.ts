/** Hidden tabs render no frames, so a timer empties the queue there. */
const HIDDEN_MS = 1_000

/**
 * Collects items and applies them once per animation frame, so that 500 events a second cause 60 updates of the page.
 * `stop` drops pending items.
 */
export function perFrame<Item>(apply: (items: Item[]) => void) {
  let items: Item[] = []
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const clear = () => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    timer = undefined
  }
  const flush = () => {
    clear()
    const taken = items
    items = []
    apply(taken)
  }
  return {
    add(item: Item) {
      items.push(item)
      if (timer !== undefined) return
      frame = requestAnimationFrame(flush)
      timer = setTimeout(flush, HIDDEN_MS)
    },
    stop: clear,
  }
}
