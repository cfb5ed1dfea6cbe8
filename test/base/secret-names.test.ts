import { redact, redactText } from '../../src/base/redact'
import { isSecretName } from '../../src/base/secret-names'

test.each([
  'Authorization',
  'Proxy-Authorization',
  'Cookie',
  'Set-Cookie',
  'X-Auth-Key',
  'X-Auth-Token',
  'X-API-Key',
  'apikey',
  'api_key',
  'Ocp-Apim-Subscription-Key',
  'X-Functions-Key',
  'Fastly-Key',
  'PRIVATE-TOKEN',
  'X-Amz-Signature',
  'X-Amz-Security-Token',
  'X-Amz-Credential',
  'X-Hub-Signature-256',
  'X-Goog-Signature',
  'access_token',
  'accessToken',
  'accesstoken',
  'token2',
  'sig',
  'JSESSIONID',
  'PHPSESSID',
  'X-Session-Id',
  'session',
  'AWSSecretAccessKey',
  'client_secret',
  'clientSecret',
  'user[password]',
  'passwd',
  'pwd',
  'passphrase',
  'X-Vault-Token',
  'OAuth2',
  'node_key',
  'private_key',
  'credentials',
  'X-CSRF-Token',
])('%s names a secret', name => {
  expect(isSecretName(name)).toBe(true)
  expect(redact({ [name]: 'x' })).toEqual({ [name]: '[redacted]' })
})

test.each([
  ['GET /x?access_token=abc&page=2&sig=d%20e', 'GET /x?access_token=[redacted]&page=2&sig=[redacted]'],
  ['user[password]=x; theme=dark', 'user[password]=[redacted]; theme=dark'],
  ['PHPSESSID=abc, X-Auth-Key="a b"', 'PHPSESSID=[redacted], X-Auth-Key=[redacted]'],
  ['password: hunter2', 'password: [redacted]'],
  ['Authorization: Bearer abcdefghij', 'Authorization: Bearer [redacted]'],
  ['https://ada:word@example.org/?q=1', 'https://ada:[redacted]@example.org/?q=1'],
  ['key=value, count=3', 'key=value, count=3'],
])('%j is logged as %j', (text, shown) => {
  expect(redactText(text)).toBe(shown)
})

test.each([
  '',
  'Accept',
  'X-Request-Key-Count',
  'X-Request-Id',
  'Idempotency-Key',
  'Surrogate-Key',
  'Cache-Key',
  'partition_key',
  'primaryKey',
  'key',
  'keyword',
  'monkey',
  'author',
  'authority',
  'X-Author-Name',
  'token_type',
  'max_tokens',
  'tokenizer',
  'X-Auth-Mode',
  'session_count',
  'signal',
  'design',
  'passage',
  'compass',
  'X-Amz-Date',
  'X-Amz-Expires',
  'hostname',
  'sessions',
])('%s does not name a secret', name => {
  expect(isSecretName(name)).toBe(false)
})
