import { isSecretName } from '../../../../base/redact'
import type { CheckOutcome } from '../../../../contract/checks'
import type { MonitorSettings } from '../../../../contract/monitor-settings'
import { isSecretHeader } from '../../headers'
import type { Trace } from '../../phases'
import { basicAuthorization } from './plan'

export const HIDDEN = '[redacted]'
/** Words of an `Authorization` header that are no secrets. */
const SCHEMES = /^(basic|bearer|digest|token|apikey|negotiate)$/i
/** Shorter parts of a header are no secrets by themselves. */
const PART_LENGTH_MIN = 6
const FIELD_LENGTH_MIN = 3
/** What is left of a secret that was cut. */
const START_LENGTH_MIN = 4

/** Hides the secrets of a monitor in a text. */
export type Hide = (text: string) => string

/** Servers may echo a request, also quoted in JSON, HTML or a URL, and messages cut what they show. */
export function hider(settings: MonitorSettings['http']): Hide {
  const forms = secretsOf(settings).flatMap(secret => [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret.toWellFormed()),
    escaped(secret),
  ])
  const longestFirst = [...new Set(forms)].filter(Boolean).sort((a, b) => b.length - a.length)
  return text => {
    const shown = longestFirst.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text)
    return shown.replace(/[^…]+(?=…)/g, part => withoutEnd(part, longestFirst))
  }
}

/** Hides the beginning of a secret at the end of a text that was cut there. */
function withoutEnd(text: string, secrets: readonly string[]): string {
  for (const secret of secrets) {
    for (let length = Math.min(secret.length, text.length); length >= START_LENGTH_MIN; length--) {
      if (text.endsWith(secret.slice(0, length))) return text.slice(0, -length) + HIDDEN
    }
  }
  return text
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escaped = (text: string) => text.replace(/[&<>"']/g, char => ENTITIES[char] ?? char)

function secretsOf({ headers, basic, bearer, body = '' }: MonitorSettings['http']): string[] {
  const inHeaders = Object.entries(headers).filter(([name, value]) => isSecretHeader(name, value))
  return [
    ...inHeaders.flatMap(([, value]) => [value, ...partsOf(value)]),
    ...(basic ? [basic.password ?? '', ...partsOf(basicAuthorization(basic))] : []),
    bearer ?? '',
    ...secretsInBody(body),
  ]
}

/** `Bearer abc`, `a=b; c=d`: the parts that are secrets. */
const partsOf = (value: string) =>
  value
    .split(/[\s;,]+/)
    .flatMap(part => [part, part.replace(/^[^=]*=/, '')])
    .filter(part => part.length >= PART_LENGTH_MIN && !SCHEMES.test(part))

/** The values of fields such as `password`, in JSON or a form, unless they are as short as a number of something. */
function secretsInBody(body: string): string[] {
  const secrets: string[] = []
  try {
    JSON.parse(body, (name: string, value: unknown) => {
      if (isSecretName(name) && (typeof value === 'string' || typeof value === 'number')) secrets.push(String(value))
      return value
    })
  } catch {
    for (const [name, value] of new URLSearchParams(body)) if (isSecretName(name)) secrets.push(value)
  }
  return secrets.filter(secret => secret.length >= FIELD_LENGTH_MIN)
}

/** A trace in whose lines secrets are hidden. */
export const hidingTrace = (trace: Trace, hide: Hide): Trace => ({
  step: (name, work) => trace.step(name, work),
  log: (level, message, data) => trace.log(level, hide(message), data && hidden(data, hide)),
})

/** An outcome without secrets in what the server may have echoed. */
export const hideIn = (outcome: CheckOutcome, hide: Hide): CheckOutcome => ({
  ...outcome,
  error: outcome.error && { ...outcome.error, message: hide(outcome.error.message) },
  warnings: outcome.warnings.map(warning => ({ ...warning, message: hide(warning.message) })),
  details: hidden(outcome.details, hide),
})

const hidden = <T>(value: T, hide: Hide): T =>
  JSON.parse(JSON.stringify(value), (_name, item: unknown) => (typeof item === 'string' ? hide(item) : item)) as T
