import { signal } from '@preact/signals'

const KEY = 'tailrace.sidebar'

/** Whether the sidebar shows icons only; remembered in this browser. */
export const isFolded = signal(localStorage.getItem(KEY) === 'folded')

export function toggleFolded(): void {
  isFolded.value = !isFolded.value
  localStorage.setItem(KEY, isFolded.value ? 'folded' : 'open')
}
