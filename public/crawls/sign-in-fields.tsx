import type { Crawl } from '../../src/contract/crawls'
import { faultOf } from '../monitors/faults'
import { RowsField } from '../monitors/rows-field'
import type { CrawlDraft } from './draft'
import type { FormPartProps } from './form-part'

const HEADER_PARTS = [
  { name: 'name', title: 'name', hint: 'X-Api-Key' },
  { name: 'value', title: 'value' },
]

/** Headers and credentials, which are only ever written. */
export function SignInFields({ draft, faults, from }: FormPartProps & { from: Crawl | null }) {
  const { headers, username, password, secretsOf } = draft.value
  const set = (change: Partial<CrawlDraft>) => {
    draft.value = { ...draft.peek(), ...change }
  }
  const stored = from?.has_secrets ?? []
  const fault = faultOf(faults, 'basic')
  return (
    <details
      class="panel"
      open={stored.length > 0 || fault !== undefined || faultOf(faults, 'headers') !== undefined || undefined}
    >
      <summary>Headers and sign-in</summary>
      <div class="kind-form">
        {from && stored.length > 0 && (
          <label class="check-label is-wide">
            <input
              type="checkbox"
              checked={secretsOf !== ''}
              onChange={event => set({ secretsOf: event.currentTarget.checked ? from.id : '' })}
            />
            Use those of the earlier crawl where none are entered: {stored.join(', ')}
          </label>
        )}
        <RowsField
          label="Headers"
          hint="Sent to the hosts of the start addresses only. They are stored encrypted and never shown again."
          parts={HEADER_PARTS}
          rows={headers}
          more="Another header"
          fault={faultOf(faults, 'headers')}
          onChange={next => set({ headers: next })}
        />
        <label class="field">
          User name (basic authentication)
          <input
            value={username}
            maxLength={500}
            autocomplete="off"
            spellcheck={false}
            onInput={event => set({ username: event.currentTarget.value })}
          />
        </label>
        <label class="field">
          Password
          <input
            type="password"
            value={password}
            maxLength={2_000}
            autocomplete="new-password"
            onInput={event => set({ password: event.currentTarget.value })}
          />
          <span class="field-fault" role="alert">
            {fault}
          </span>
        </label>
      </div>
    </details>
  )
}
