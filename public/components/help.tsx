import { useEffect, useRef } from 'preact/hooks'
import { navigationPages } from '../page-table'

const SHORTCUTS: Array<readonly [keys: string, action: string]> = [
  ...navigationPages.flatMap(({ key, title }) => (key ? [[key, `go to ${title.toLowerCase()}`] as const] : [])),
  ['/', 'search'],
  ['j  k', 'next and previous job, host or query'],
  ['Enter', 'open the current row'],
  ['x', 'expand the current job'],
  ['s', 'select the current job or host'],
  ['c', 'new job or query'],
  ['r', 'query the selected hosts or this host'],
  ['a', 'add a host'],
  ['n  N', 'next and previous match in the log'],
  ['e  E', 'next and previous error in the log'],
  ['f', 'follow new lines'],
  ['w', 'wrap long lines'],
  ['g', 'go to a line or a time'],
  ['t', 'change the theme'],
  ['?', 'show or hide this help'],
]

export function Help({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog class="help" ref={dialog} onClose={onClose} aria-label="Keyboard shortcuts">
      <h2>Keyboard shortcuts</h2>
      <dl>
        {SHORTCUTS.map(([key, action]) => (
          <div key={key}>
            <dt>
              {key.split('  ').map(one => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{action}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
