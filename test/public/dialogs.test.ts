import { closeDialog, dialog, openDialog } from '../../public/shell/dialogs'

test('a dialog that closes late does not close the one that was opened meanwhile', () => {
  openDialog('help')
  openDialog('palette')
  closeDialog('help')
  expect(dialog.value).toBe('palette')
  closeDialog('palette')
  expect(dialog.value).toBeNull()
})
