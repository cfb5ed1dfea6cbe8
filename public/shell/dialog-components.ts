import type { FunctionComponent } from 'preact'
import { Help } from '../components/help'
import { CommandPalette } from './command-palette'
import type { DialogName } from './dialogs'
import { RunJobDialog } from './run-job-dialog'

/** The dialogs of the shell, in a file of their own because no page needs them to be shown. */
export const DIALOGS: Record<DialogName, FunctionComponent<{ onClose(): void }>> = {
  help: Help,
  palette: CommandPalette,
  'run-job': RunJobDialog,
}
