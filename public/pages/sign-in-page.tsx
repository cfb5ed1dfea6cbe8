import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { SignInRequest } from '../../src/contract/sessions'
import { client, messageOf } from '../api'
import { Failure } from '../components/empty'
import { openAddress } from '../open-address'
import { navigate } from '../router'
import { sameOriginUrl } from '../same-origin'
import { hasSessionEnded, me } from '../session'

/** Signs in with the code of a one-time link (`?code=`), an API token, or an email address and a password. */
export default function SignInPage() {
  const problem = useSignal('')
  const isBusy = useSignal(false)
  const method = useSignal<'account' | 'token'>('token')

  const signIn = async (body: SignInRequest) => {
    isBusy.value = true
    problem.value = ''
    const next = sameOriginUrl(new URLSearchParams(location.search).get('next'), location.origin)
    try {
      me.value = await client.post('/api/session', { body })
      hasSessionEnded.value = false
      const target = next ?? new URL('/', location.origin)
      openAddress('code' in body && me.value.has_password === false ? setPasswordUrl(target) : target)
    } catch (error) {
      problem.value = messageOf(error)
    } finally {
      isBusy.value = false
    }
  }

  useEffect(() => {
    const code = new URLSearchParams(location.search).get('code')
    if (!code) return
    // The URL may be copied or bookmarked, and the code works only once.
    navigate('/sign-in', { replace: true })
    void signIn({ code })
  }, [])

  return (
    <main class="sign-in">
      <img src="/icon.svg" alt="" width={44} height={44} />
      <h1>Tailrace</h1>
      {hasSessionEnded.value ? (
        <p class="notice" role="status">
          Your session has ended. Sign in to continue where you were.
        </p>
      ) : (
        <p>Sign in to watch and run jobs.</p>
      )}
      {problem.value !== '' && <Failure message={problem.value} />}
      <div class="tabs" role="tablist">
        <Tab name="API token" isOn={method.value === 'token'} onClick={() => (method.value = 'token')} />
        <Tab name="Email" isOn={method.value === 'account'} onClick={() => (method.value = 'account')} />
      </div>
      <form
        onSubmit={event => {
          event.preventDefault()
          const fields = new FormData(event.currentTarget)
          const text = (name: string) => String(fields.get(name))
          // Spaces around a token come from copying; in a password they count.
          void signIn(
            method.value === 'token'
              ? { token: text('token').trim() }
              : { email: text('email').trim(), password: text('password') },
          )
        }}
      >
        {method.value === 'token' ? (
          <Field name="token" label="Token" type="password" key="token" />
        ) : (
          <>
            <Field name="email" label="Email" type="email" key="email" />
            <Field name="password" label="Password" type="password" key="password" />
          </>
        )}
        <button type="submit" class="primary" disabled={isBusy.value}>
          {isBusy.value ? 'Signing in' : 'Sign in'}
        </button>
      </form>
      <p class="hint">
        On first run, the terminal shows a one-time sign-in link. The admin token is in <code>.data/admin-token</code>.
      </p>
    </main>
  )
}

const setPasswordUrl = ({ href }: URL) => new URL(`/set-password?next=${encodeURIComponent(href)}`, location.origin)

function Tab({ name, isOn, onClick }: { name: string; isOn: boolean; onClick(): void }) {
  return (
    <button type="button" role="tab" aria-selected={isOn} onClick={onClick}>
      {name}
    </button>
  )
}

function Field({ name, label, type }: { name: string; label: string; type: 'email' | 'password' }) {
  const autocomplete = type === 'email' ? 'username' : 'current-password'
  return (
    <label class="field">
      {label}
      {/* Preact's types accept a single input type, not a union. */}
      <input name={name} type={type as 'password'} required autocomplete={autocomplete} />
    </label>
  )
}
