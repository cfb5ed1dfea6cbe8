/** Whole words that name a secret wherever they stand in a name. */
const WORDS =
  /^(authorization|authorisation|authentication|bearer|credentials|cookies|hmac|jwt|otp|pass|pwd|secrets|sid|sig|totp)$/
/** Words that name one also at the end of a longer word, as people run them together: `accesstoken`, `PHPSESSID`. */
const ENDINGS =
  /(auth|token|secret|password|passwd|passphrase|passcode|credential|signature|cookie|session|sessid|sessionid|(access|account|api|app|auth|client|function|master|node|private|secret|session|shared|signing|subscription)key)$/
/** What `...-key` means after these is no secret. */
const PLAIN_KEYS =
  /^(cache|column|correlation|foreign|idempotency|job|message|object|parent|partition|primary|public|repeat|routing|row|sort|surrogate)$/
/** A name that ends so says something of a secret, not the secret: `X-Request-Key-Count`, `token_type`. */
const ABOUT = /^(age|algorithm|count|expires|expiry|length|limit|method|mode|name|size|status|ttl|type|version)$/

/**
 * Whether a header, parameter or field of this name usually holds a secret. What is refused in inputs, dropped
 * across origins and hidden in logs goes by it.
 */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name)
  const last = words.at(-1)
  if (last === undefined || ABOUT.test(last)) return false
  if (words.some(word => WORDS.test(word) || ENDINGS.test(word))) return true
  return last === 'key' && words.length > 1 && !PLAIN_KEYS.test(words.at(-2) ?? '')
}

/** `AWSSecretAccessKey`, `X-Auth-Token2` and `user[password]` in words of small letters. */
function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map(word => word.replace(/\d+$/, ''))
    .filter(Boolean)
}
