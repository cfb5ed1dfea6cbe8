import { useLayoutEffect, useRef } from 'preact/hooks'
import { listedPages } from '../page-table'

const SHORTCUTS: Array<readonly [keys: string, action: string]> = [
  ['Ctrl K', 'search'],
  ...listedPages.flatMap(({ key, title }) => (key ? [[`g ${key}`, title] as const] : [])),
  ['/', 'search this page'],
  ['j  k', 'next and previous job, host, query, monitor, crawl, alert or incident'],
  ['Enter', 'open the current row'],
  ['x', 'expand the current job, or select the current alert'],
  ['s', 'select the current job, host or monitor, or silence alerts'],
  ['c', 'run job, new query or crawl, or check a monitor now'],
  ['r', 'query the selected hosts or this host'],
  ['a', 'add a host or a monitor, or acknowledge an incident'],
  ['n  N', 'next and previous match in the log'],
  ['e  E', 'next and previous error in the log'],
  ['e', 'edit this monitor'],
  ['f', 'follow new lines'],
  ['F', 'full-screen log, Escape leaves'],
  ['w', 'wrap long lines'],
  [':', 'go to a line or a time'],
  ['t', 'change the theme'],
  ['?', 'show or hide this help'],
]

export function Help({ onClose }: { onClose(): void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useLayoutEffect(() => dialog.current?.showModal(), [])
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
