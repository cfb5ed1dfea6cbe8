interface DialogButtonsProps {
  /** On the button that submits the form. */
  action: string
  isDanger?: boolean
  isDisabled?: boolean
  onClose(): void
}

/** The buttons that end the form of a dialog. */
export const DialogButtons = ({ action, isDanger = false, isDisabled = false, onClose }: DialogButtonsProps) => (
  <div class="row action-buttons">
    <button type="button" onClick={onClose}>
      Dismiss
    </button>
    <button type="submit" class={isDanger ? 'danger' : 'primary'} disabled={isDisabled}>
      {action}
    </button>
  </div>
)
