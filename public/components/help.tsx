import { useEffect, useRef } from 'preact/hooks'

const KEYS = [
  ['/', 'search'],
  ['n  N', 'next and previous match in the log'],
  ['j  k', 'next and previous job'],
  ['Enter', 'open the job'],
  ['x', 'unfold the job in place'],
  ['f', 'follow new lines'],
  ['c', 'new job'],
  ['t', 'change the theme'],
  ['?', 'this help'],
] as const

export function Help({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog class="help" ref={dialog} onClose={onClose} aria-label="Keyboard">
      <h2>Keyboard</h2>
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split('  ').map(one => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
