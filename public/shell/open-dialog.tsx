import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { importAgain } from '../import-again'
import { showToast } from '../toasts'
import { closeDialog, type DialogName, dialog } from './dialogs'

type Components = typeof import('./dialog-components')['DIALOGS']

const components = signal<Components | null>(null)

/** Loads the code of the dialogs unless it has been loaded already. */
export async function loadDialogs(): Promise<void> {
  components.value ??= (await importAgain(() => import('./dialog-components'))).DIALOGS
}

/** The dialog that is open, if any. Its code is loaded now if the browser has not been idle yet. */
export function OpenDialog() {
  const name = dialog.value
  useEffect(() => {
    if (name !== null) void loadDialogs().catch(() => reportFailure(name))
  }, [name])
  if (name === null) return null
  const Component = components.value?.[name]
  return Component ? <Component key={name} onClose={() => closeDialog(name)} /> : null
}

function reportFailure(name: DialogName) {
  closeDialog(name)
  showToast('The dialog could not be loaded. Tailrace may have been updated: reload the page.')
}
