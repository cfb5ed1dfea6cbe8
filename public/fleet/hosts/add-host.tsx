import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { HostSetup } from '../../../src/contract/hosts'
import { SYSTEMS } from '../../../src/contract/values'
import { client, messageOf } from '../../api'
import { CopyBlock } from '../../components/copy-block'
import { Failure } from '../../components/empty'
import { watch } from '../../live'
import { isAdmin, me } from '../../session'
import { useFetch } from '../../use-fetch'
import type { HostEvent } from './live-hosts'
import { SHELLS, SYSTEM_NAMES, withSecret } from './setup'

/** The steps to add a host: create a secret, set up the agent, wait for the first check-in. */
export function AddHost() {
  const { value, problem, read } = useFetch('/api/hosts/enrollment', {})
  const secret = useSignal('')
  const setup = value.value
  return (
    <div class="add-host">
      <p>
        A host runs <code>osqueryd</code>, which connects to Tailrace; no inbound connection to the host is needed. It
        enrolls once with a secret and then uses its own key.
      </p>
      <section class="panel" aria-label="Secret">
        <h2>1. Enroll secret</h2>
        <Secret secret={secret.value} onSecret={given => (secret.value = given)} />
      </section>
      <section class="panel" aria-label="On the host">
        <h2>2. Set up the host</h2>
        {problem.value !== '' && <Failure message={problem.value} onRetry={() => void read()} />}
        {!setup && problem.value === '' && <div class="is-loading" aria-busy="true" />}
        {setup?.note && <p class="notice">{setup.note}</p>}
        {setup && <Commands setup={setup} secret={secret.value} />}
      </section>
      <section class="panel" aria-label="First check-in">
        <h2>3. First check-in</h2>
        <Waiting />
      </section>
      <p class="hint">
        No machine at hand? <code>npm run simulate:fleet -- --hosts 50</code> enrolls simulated hosts.
      </p>
    </div>
  )
}

function Commands({ setup, secret }: { setup: HostSetup; secret: string }) {
  return (
    <>
      <p>On a host with osquery installed, run one command:</p>
      {SYSTEMS.map(system => (
        <CopyBlock
          key={system}
          name={`${SYSTEM_NAMES[system]}, ${SHELLS[system]}`}
          text={withSecret(setup.commands[system], secret)}
          missing={secret === '' ? 'The command needs an enroll secret first.' : ''}
        />
      ))}
      <details class="flag-files">
        <summary>Or write the flags file yourself, then restart osqueryd</summary>
        {SYSTEMS.map(system => (
          <CopyBlock
            key={system}
            name={`${SYSTEM_NAMES[system]}, ${setup.flag_files[system].path}`}
            text={setup.flag_files[system].flags.join('\n')}
          />
        ))}
      </details>
    </>
  )
}

function Secret({ secret, onSecret }: { secret: string; onSecret(secret: string): void }) {
  const problem = useSignal('')
  const create = async (name: string) => {
    try {
      onSecret((await client.post('/api/enroll-secrets', { body: { name } })).secret)
      problem.value = ''
    } catch (error) {
      problem.value = messageOf(error)
    }
  }
  if (me.value && !isAdmin.value) {
    return (
      <label class="field">
        Only admins can create secrets. Ask an admin for one and paste it here.
        <input
          type="text"
          autocomplete="off"
          spellcheck={false}
          value={secret}
          onInput={event => onSecret(event.currentTarget.value.trim())}
        />
      </label>
    )
  }
  if (secret !== '') {
    return (
      <>
        <CopyBlock name="Enroll secret. It is included in the commands below and is not shown again." text={secret} />
        <a href="/admin/enroll-secrets">View all secrets</a>
      </>
    )
  }
  return (
    <form
      class="row form"
      onSubmit={event => {
        event.preventDefault()
        void create(String(new FormData(event.currentTarget).get('name')).trim())
      }}
    >
      <label class="field">
        Name
        <input name="name" required maxLength={200} defaultValue="hosts" />
      </label>
      <button type="submit" class="primary">
        Create secret
      </button>
      <span class="hint">Or use an existing one: several hosts can share a secret.</span>
      {problem.value !== '' && <Failure message={problem.value} />}
    </form>
  )
}

/** Shows hosts that enroll while the page is open. */
function Waiting() {
  const enrolled = useSignal<Array<{ id: string; name: string }>>([])
  useEffect(() => {
    const opened = new Date(Date.now() - CLOCK_SKEW_MS).toISOString()
    return watch('events', {
      onEvent: ({ type, data }) => {
        const { timestamp, data: host } = data as HostEvent
        if (type !== 'host_enrolled' || timestamp < opened) return
        const others = enrolled.peek().filter(each => each.id !== host.host_id)
        enrolled.value = [{ id: host.host_id, name: host.hostname || host.host_identifier || host.host_id }, ...others]
      },
    })
  }, [])
  const [latest, ...more] = enrolled.value
  return (
    <p role="status" class="waiting">
      <span class={`status ${latest ? 'is-online' : 'is-running'}`}>
        <span class="dot" aria-hidden="true" />
      </span>
      {latest ? (
        <>
          <a href={`/hosts/${latest.id}`}>{latest.name}</a> has enrolled
          {more.length > 0 && `, and ${more.length} more`}. <a href="/hosts">All hosts</a>
        </>
      ) : (
        'Waiting for first check-in. The host appears here within seconds of starting.'
      )}
    </p>
  )
}

/** The stream starts with earlier events. This much clock difference between browser and server is tolerated. */
const CLOCK_SKEW_MS = 5_000
