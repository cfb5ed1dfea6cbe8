/** Without it a hidden tab, which draws no frames, would collect for ever. */
const HIDDEN_MS = 1_000

/**
 * Collects what comes and hands it over once per drawn frame: what happens 500 times a second changes the page 60 times.
 * `stop` drops what has not been handed over.
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
