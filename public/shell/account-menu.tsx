import { BookOpen, Keyboard, LogOut, UserRound } from 'lucide'
import { client } from '../api'
import { Icon } from '../components/icon'
import { navigate } from '../router'
import { me } from '../session'
import { THEMES } from '../stored-theme'
import { THEME_NAMES, theme } from '../theme'
import { useMenu } from '../use-menu'
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
        <a href="/settings" data-closes-menu>
          <Icon of={UserRound} /> Account
        </a>
        <a href="/api/docs" data-closes-menu target="_blank" rel="noreferrer">
          <Icon of={BookOpen} /> API documentation
        </a>
        <button type="button" data-closes-menu onClick={() => openDialog('help')}>
          <Icon of={Keyboard} /> Keyboard shortcuts
        </button>
        <button type="button" onClick={() => void signOut()}>
          <Icon of={LogOut} /> Sign out
        </button>
      </div>
    </details>
  )
}

export async function signOut(): Promise<void> {
  await client.delete('/api/session').catch(() => undefined)
  me.value = null
  navigate('/sign-in')
}
