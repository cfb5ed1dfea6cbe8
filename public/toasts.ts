import { signal } from '@preact/signals'

export interface Toast {
  id: number
  text: string
  link?: { href: string; text: string } | undefined
}

/** The oldest makes room for a new one. */
const SHOWN_MAX = 3

/** What is shown at the bottom of the window, oldest first. */
export const toasts = signal<readonly Toast[]>([])
let lastId = 0

/** Says that something was done. It disappears on its own, so it must not be the only place that says so. */
export function showToast(text: string, link?: Toast['link']): void {
  lastId += 1
  toasts.value = [...toasts.value, { id: lastId, text, link }].slice(-SHOWN_MAX)
}

export function closeToast(id: number): void {
  toasts.value = toasts.value.filter(toast => toast.id !== id)
}
