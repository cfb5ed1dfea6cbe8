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
