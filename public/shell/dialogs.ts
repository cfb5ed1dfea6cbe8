import { signal } from '@preact/signals'

export type DialogName = 'help' | 'palette' | 'run-job'

/** The dialog of the shell that is open. */
export const dialog = signal<DialogName | null>(null)

export function openDialog(name: DialogName): void {
  dialog.value = name
}

/** Does nothing when another dialog has been opened since: browsers report late that one was closed. */
export function closeDialog(name: DialogName): void {
  if (dialog.peek() === name) dialog.value = null
}
