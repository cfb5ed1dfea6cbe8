/** What to do about an error of a new connection, by its code and message. The first that matches applies. */
const ADVICE: readonly [RegExp, string][] = [
  [
    /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_|CERT_SIGNATURE_FAILURE|CERT_UNTRUSTED)/,
    `No CA that is trusted here has signed its certificate, or the server does not send the certificates in between.
Write the certificate of its CA to a file and name it in DATABASE_URL: ?sslmode=verify-full&sslrootcert=/path/ca.pem`,
  ],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID/,
    'Use a name that the certificate is for as the host in DATABASE_URL, or give the server a certificate for this host.',
  ],
  [
    /^CERT_HAS_EXPIRED/,
    'Renew the certificate of the server (or of its CA), and have PostgreSQL load it: select pg_reload_conf()',
  ],
  [/^CERT_NOT_YET_VALID/, 'Compare the clocks of this machine and of the one that made the certificate.'],
  [
    /does not support SSL/,
    'Turn TLS on in PostgreSQL (ssl = on) or pgbouncer (client_tls_sslmode), or remove sslmode from DATABASE_URL.',
  ],
  [
    /no encryption|SSL required/,
    'Add ?sslmode=verify-full to DATABASE_URL (with &sslrootcert=/path/ca.pem for your own CA).',
  ],
  [
    /valid client certificate|CERTIFICATE_REQUIRED|certificate authentication failed/,
    'Add &sslcert=/path/client.pem&sslkey=/path/client.key to DATABASE_URL; the CN of the certificate is the role.',
  ],
  [
    /^ENOENT|^EACCES|PEM routines|^ERR_OSSL/,
    'Correct the file that sslrootcert, sslcert or sslkey names in DATABASE_URL: PEM, readable by this user.',
  ],
  [
    /unsupported startup parameter/,
    `pgbouncer does not pass on "options". Remove it from DATABASE_URL, and set the schema on the role instead:
alter role ... set search_path = tailrace`,
  ],
]

const DEFAULT = 'Start it or correct DATABASE_URL. Without DATABASE_URL, Tailrace starts its own PostgreSQL.'

/** What to do about an error of a new connection to PostgreSQL, in a sentence. */
export function adviceOn(error: unknown): string {
  const { code, syscall, message, cause } = error as NodeJS.ErrnoException
  if (cause) return adviceOn(cause) // the pool's error has the driver's as its cause
  if (syscall === 'connect') return DEFAULT
  return ADVICE.find(([pattern]) => pattern.test(`${code} ${message}`))?.[1] ?? DEFAULT
}
