import { escapeText } from './json-text'

/** Whole words that indicate a secret anywhere in a name. */
const WORDS =
  /^(authorization|authorisation|authentication|bearer|credentials|cookies|hmac|jwt|otp|pass|pwd|secrets|sid|sig|totp)$/
/** Words that indicate a secret even at the end of a longer word: `accesstoken`, `PHPSESSID`. */
const ENDINGS =
  /(auth|token|secret|password|passwd|passphrase|passcode|credential|signature|cookie|session|sessid|sessionid|(access|account|api|app|auth|client|function|master|node|private|secret|session|shared|signing|subscription)key)$/
/** A `...-key` after one of these words is not a secret. */
const PLAIN_KEYS =
  /^(cache|column|correlation|foreign|idempotency|job|message|object|parent|partition|primary|public|repeat|routing|row|sort|surrogate)$/
/** A name ending in one of these describes a secret but is not one: `X-Request-Key-Count`, `token_type`. */
const ABOUT = /^(age|algorithm|count|expires|expiry|length|limit|method|mode|name|size|status|ttl|type|version)$/

/**
 * Whether a header, parameter or field of this name usually holds a secret. Decides what is refused in inputs, dropped
 * on cross-origin redirects and hidden in logs.
 */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name)
  const last = words.at(-1)
  if (last === undefined || ABOUT.test(last)) return false
  if (words.some(word => WORDS.test(word) || ENDINGS.test(word))) return true
  return last === 'key' && words.length > 1 && !PLAIN_KEYS.test(words.at(-2) ?? '')
}

/** Splits `AWSSecretAccessKey`, `X-Auth-Token2` or `user[password]` into lower-case words. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map(word => word.replace(/\d+$/, ''))
    .filter(Boolean)
}

const HIDDEN = '[redacted]'
/** Secrets in free text: bearer headers, our own secrets, passwords in URLs, `password=...` pairs. */
const SECRET_TEXT: [RegExp, string][] = [
  [/\b(bearer|basic)\s+[a-z0-9+/=_.~-]{8,}/gi, `$1 ${HIDDEN}`],
  [/\btr(t|s|c|k|e|n|p)_[A-Za-z0-9_-]{20,}/g, HIDDEN],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi, `$1${HIDDEN}@`],
  [/\b((?:password|passwd|secret|token|api_?key)\s*[=:]\s*)("[^"]*"|[^\s"&,;]+)/gi, `$1${HIDDEN}`],
]
/** `name=value` in URLs, forms and cookies; bounded, so that matching stays linear. */
const PAIR = /\b([\w.[\]-]{1,64})=("[^"]*"|[^\s"&,;]+)/g
const DEPTH_MAX = 8

/** Hides secrets in free text. */
export const redactText = (text: string) =>
  SECRET_TEXT.reduce((clean, [pattern, by]) => clean.replace(pattern, by), text).replace(PAIR, (pair, name: string) =>
    isSecretName(name) ? `${name}=${HIDDEN}` : pair,
  )

/** Whether a text contains anything that `redactText` would hide. */
export const isSecretText = (text: string) => redactText(text) !== text

/** A copy with secrets hidden, by field name and inside strings. Anything below 8 levels is cut. */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactText(value)
  if (value instanceof Error) return { message: redactText(value.message), stack: redactText(value.stack ?? '') }
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  if (depth >= DEPTH_MAX) return '[too deep]'
  if (Array.isArray(value)) return value.map(item => redact(item, depth + 1))
  const clean: Record<string | symbol, unknown> = {}
  for (const key of Reflect.ownKeys(value)) {
    const item = (value as Record<string | symbol, unknown>)[key]
    clean[key] = typeof key === 'string' && isSecretName(key) && item != null ? HIDDEN : redact(item, depth + 1)
  }
  return clean
}

/** Whether a search matches the redacted form, so that hidden values cannot be guessed by searching for them. */
export const isFoundIn = (shown: unknown, q: string | undefined): boolean =>
  q === undefined || JSON.stringify(shown).toLowerCase().includes(escapeText(q).toLowerCase())
