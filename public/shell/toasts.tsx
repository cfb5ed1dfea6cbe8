import { X } from 'lucide'
import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../components/icon'
import { closeToast, type Toast, toasts } from '../toasts'

const SHOWN_MS = 8_000

/** Messages about what was done. The region is always there, so that screen readers announce what is added to it. */
export const Toasts = () => (
  <div class="toasts" role="status" aria-live="polite">
    {toasts.value.map(toast => (
      <ToastItem key={toast.id} toast={toast} />
    ))}
  </div>
)

/** Stays while the pointer is over it or it has the focus. */
function ToastItem({ toast: { id, text, link } }: { toast: Toast }) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const hold = () => clearTimeout(timer.current)
  const release = () => {
    hold()
    timer.current = setTimeout(() => closeToast(id), SHOWN_MS)
  }
  useEffect(() => {
    release()
    return hold
  }, [id])
  return (
    <div class="toast" onPointerEnter={hold} onPointerLeave={release} onFocusIn={hold} onFocusOut={release}>
      <span>{text}</span>
      {link && <a href={link.href}>{link.text}</a>}
      <button type="button" class="quiet icon" aria-label="Close message" onClick={() => closeToast(id)}>
        <Icon of={X} />
      </button>
    </div>
  )
}
