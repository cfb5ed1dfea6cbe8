import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

interface DialogProps {
  title: string
  /** No wider than a few words need. */
  isSmall?: boolean
  onClose(): void
  children: ComponentChildren
}

/** Opens a modal dialog when it is mounted, and restores the focus when it is unmounted. */
export function useModal() {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => {
    const opener = document.activeElement
    dialog.current?.showModal()
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  return dialog
}

/** A modal dialog. Escape or a click outside closes it. */
export function Dialog({ title, isSmall = false, onClose, children }: DialogProps) {
  const dialog = useModal()
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the dialog itself handles Escape
    <dialog
      class={isSmall ? 'dialog is-small' : 'dialog'}
      ref={dialog}
      aria-label={title}
      onClose={onClose}
      onClick={event => {
        if (event.target === dialog.current) dialog.current?.close()
      }}
    >
      <div class="dialog-body">
        <header class="row">
          <h2>{title}</h2>
          <span class="spacer" />
          <button type="button" class="quiet" aria-label="Close" onClick={() => dialog.current?.close()}>
            ×
          </button>
        </header>
        {children}
      </div>
    </dialog>
  )
}
