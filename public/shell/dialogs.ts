import { signal } from '@preact/signals'

export type DialogName = 'help' | 'palette' | 'run-job'

/** The dialog of the shell that is open. */
export const dialog = signal<DialogName | null>(null)

export function openDialog(name: DialogName | null): void {
  dialog.value = name
}
