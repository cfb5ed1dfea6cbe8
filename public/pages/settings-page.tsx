import type { ComponentChildren } from 'preact'
import { Password } from '../access/password'
import { Sessions } from '../access/sessions'
import { me } from '../session'
import { THEMES } from '../stored-theme'
import { THEME_NAMES, theme } from '../theme'

/** Who one is, how one comes in, and how it looks. */
export default function SettingsPage() {
  const who = me.value
  if (!who) return <div class="page is-loading" aria-busy="true" />
  return (
    <div class="page settings">
      <h1>Account</h1>
      <dl class="summary">
        <Fact name="Signed in as" value={who.name} />
        <Fact name="Role" value={who.role} />
        <Fact name="Tenant" value={who.tenant.name} />
        <Fact name="Signed in with" value={who.actor.type === 'token' ? 'API token' : 'account'} />
      </dl>
      <Section title="Appearance">
        <fieldset class="chips" aria-label="Theme">
          {THEMES.map(name => (
            <button key={name} type="button" aria-pressed={theme.value === name} onClick={() => (theme.value = name)}>
              {THEME_NAMES[name]}
            </button>
          ))}
        </fieldset>
      </Section>
      {who.actor.type === 'user' && (
        <Section title="Password">
          <Password />
        </Section>
      )}
      <Section title="Your sessions">
        <Sessions scope="own" />
      </Section>
      <p class="hint">
        These pages use the public API. See the <a href="/api/docs">API documentation</a>.
      </p>
    </div>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}
