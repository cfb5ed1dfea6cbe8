import { BookOpen, Keyboard, LogOut, UserRound } from 'lucide'
import { useEffect, useRef } from 'preact/hooks'
import { client } from '../api'
import { Icon } from '../components/icon'
import { navigate, route } from '../router'
import { me } from '../session'
import { THEME_NAMES, THEMES, theme } from '../theme'
import { openDialog } from './dialogs'

/** Account, appearance and help, behind the name of whoever is signed in. */
export function AccountMenu() {
  const menu = useMenu()
  const who = me.value
  if (!who) return null
  return (
    <details class="account" ref={menu}>
      <summary title={`${who.name}, ${who.role} of ${who.tenant.name}`}>
        <span class="avatar" aria-hidden="true">
          {who.name.slice(0, 1).toUpperCase()}
        </span>
        <span class="account-name">{who.name}</span>
        <span class="account-role">{who.role}</span>
      </summary>
      <div class="account-menu">
        <fieldset class="segments" aria-label="Theme">
          {THEMES.map(name => (
            <button key={name} type="button" aria-pressed={theme.value === name} onClick={() => (theme.value = name)}>
              {THEME_NAMES[name]}
            </button>
          ))}
        </fieldset>
        <a href="/settings">
          <Icon of={UserRound} /> Account
        </a>
        <a href="/api/docs" target="_blank" rel="noreferrer">
          <Icon of={BookOpen} /> API documentation
        </a>
        <button type="button" onClick={() => openDialog('help')}>
          <Icon of={Keyboard} /> Keyboard shortcuts
        </button>
        <button type="button" onClick={() => void signOut()}>
          <Icon of={LogOut} /> Sign out
        </button>
      </div>
    </details>
  )
}

/** Closes it on Escape, on a click elsewhere and when another page opens. */
function useMenu() {
  const menu = useRef<HTMLDetailsElement>(null)
  const { page } = route.value
  useEffect(() => {
    const close = () => menu.current?.removeAttribute('open')
    close()
    const onClick = (event: MouseEvent) => {
      if (event.target instanceof Element && !event.target.closest('.account summary, .segments')) close()
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !menu.current?.open) return
      close()
      menu.current.querySelector('summary')?.focus()
    }
    addEventListener('click', onClick)
    addEventListener('keydown', onKey)
    return () => {
      removeEventListener('click', onClick)
      removeEventListener('keydown', onKey)
    }
  }, [page])
  return menu
}

export async function signOut(): Promise<void> {
  await client.delete('/api/session').catch(() => undefined)
  me.value = null
  navigate('/sign-in')
}
