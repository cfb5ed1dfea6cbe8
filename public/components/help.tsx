import { useEffect, useRef } from 'preact/hooks'
import { listedPages } from '../page-table'

const KEYS: Array<readonly [keys: string, what: string]> = [
  ['Ctrl K', 'search'],
  ...listedPages.flatMap(({ key, title }) => (key ? [[`g ${key}`, title] as const] : [])),
  ['/', 'search this page'],
  ['j  k', 'next and previous job, host or query'],
  ['Enter', 'open it'],
  ['x', 'expand the job'],
  ['s', 'select the job or host'],
  ['c', 'run job, or new query'],
  ['r', 'query the selected hosts, or this one'],
  ['a', 'add a host'],
  ['n  N', 'next and previous match in the log'],
  ['e  E', 'next and previous error in the log'],
  ['f', 'follow new lines'],
  ['w', 'wrap long lines'],
  [':', 'go to a line or a time'],
  ['t', 'change the theme'],
  ['?', 'this help'],
]

export function Help({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog class="help" ref={dialog} onClose={onClose} aria-label="Keyboard shortcuts">
      <h2>Keyboard shortcuts</h2>
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
