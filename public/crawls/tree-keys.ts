const ITEMS = '[role="treeitem"]'

const levelOf = (item: HTMLElement) => Number(item.getAttribute('aria-level'))

/** Moves within a tree as the WAI-ARIA tree pattern says. Items with `data-toggle` open and close when they are clicked. */
export function moveInTree(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const item = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>(ITEMS) : null
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(ITEMS)]
  const at = items.indexOf(item)
  const isOpen = item.getAttribute('aria-expanded') === 'true'
  const act: Record<string, () => void> = {
    ArrowDown: () => items[at + 1]?.focus(),
    ArrowUp: () => items[at - 1]?.focus(),
    Home: () => items[0]?.focus(),
    End: () => items.at(-1)?.focus(),
    ArrowRight() {
      if (isOpen) items[at + 1]?.focus()
      else if (item.dataset.toggle !== undefined) item.click()
    },
    ArrowLeft() {
      if (isOpen) item.click()
      else items.findLast((each, place) => place < at && levelOf(each) < levelOf(item))?.focus()
    },
    ' ': () => item.click(),
    // Where there is nothing to go to, such as at the end of a long level.
    Enter() {
      if (item.dataset.toggle === undefined) item.click()
    },
  }
  const run = act[event.key]
  if (!run) return
  event.preventDefault()
  run()
}
