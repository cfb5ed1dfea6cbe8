import { computed, signal } from '@preact/signals'
import { navigate } from '../router'

const KEY = 'tailrace.incident-notices'

const isChosen = signal(localStorage.getItem(KEY) === 'on')
const isPermitted = signal(typeof Notification === 'function' && Notification.permission === 'granted')

/** Whether this browser shows a notification of each critical incident. */
export const areNoticesOn = computed(() => isChosen.value && isPermitted.value)

/** Switches them on, which may ask for permission, or off. @returns what is in the way; `''` for nothing */
export async function switchNotices(isOn: boolean): Promise<string> {
  const problem = isOn ? await askPermission() : ''
  isChosen.value = isOn && problem === ''
  localStorage.setItem(KEY, isChosen.value ? 'on' : 'off')
  return problem
}

async function askPermission(): Promise<string> {
  if (typeof Notification !== 'function')
    return isSecureContext ? 'This browser cannot show notifications.' : 'Browsers allow this over HTTPS only.'
  const permission = await Notification.requestPermission()
  isPermitted.value = permission === 'granted'
  if (permission === 'granted') return ''
  return 'Your browser does not permit it. Allow notifications for this site in its settings.'
}

/** Shows a notification that opens the incident. Of several tabs that show the same, only one stays. */
export function showNotice(id: string, title: string): void {
  try {
    const notice = new Notification('Critical incident', { body: title, tag: id, icon: '/icon.svg' })
    notice.onclick = () => {
      window.focus()
      navigate(`/incidents/${id}`)
      notice.close()
    }
  } catch {
    // Browsers of phones throw: they leave it to service workers, which would outlive the page.
  }
}
