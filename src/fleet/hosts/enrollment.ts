/** Where the agent's files lie, by platform. */
const LINUX = {
  folder: '/etc/osquery',
  restart: 'systemctl enable osqueryd && systemctl restart osqueryd',
}
const MACOS = {
  folder: '/private/var/osquery',
  restart: '/usr/local/bin/osqueryctl restart',
}
type Place = typeof LINUX

export interface Enrolling {
  /** Host and port under which agents reach us. */
  address: string
  /** The certificate that we show is one that agents do not trust by themselves. */
  pinCertificate: boolean
  /** For how long a read is held, in ms. */
  holdMs: number
}

/** What stands for the secret, until a page or a person puts one in. */
export const SECRET_PLACEHOLDER = '<secret>'
/** Fewer, larger blocks than osquery's 8 KiB; well below what we take. */
const CARVE_BLOCK_BYTES = 1_048_576
/** Without held reads the agent's interval is what a query waits. */
export const POLL_SECONDS = 10

/** The flags of osqueryd (docs/wiki/installation/cli-flags.md of osquery) that make it one of our hosts. */
export function agentFlags({ address, pinCertificate, holdMs }: Enrolling, { folder }: Place = LINUX): string[] {
  return [
    `--tls_hostname=${address}`,
    ...(pinCertificate ? [`--tls_server_certs=${folder}/tailrace.pem`] : []),
    '--host_identifier=uuid',
    `--enroll_secret_path=${folder}/enroll_secret`,
    '--enroll_tls_endpoint=/osquery/enroll',
    '--config_plugin=tls',
    '--config_tls_endpoint=/osquery/config',
    '--config_refresh=60',
    '--logger_plugin=tls',
    '--logger_tls_endpoint=/osquery/log',
    '--logger_tls_period=10',
    '--logger_tls_compress=true',
    '--disable_distributed=false',
    '--distributed_plugin=tls',
    `--distributed_interval=${holdMs > 0 ? 1 : POLL_SECONDS}`,
    '--distributed_tls_read_endpoint=/osquery/distributed_read',
    '--distributed_tls_write_endpoint=/osquery/distributed_write',
    '--disable_carver=false',
    '--carver_disable_function=false',
    '--carver_start_endpoint=/osquery/carve_init',
    '--carver_continue_endpoint=/osquery/carve_block',
    `--carver_block_size=${CARVE_BLOCK_BYTES}`,
  ]
}

/** One line that sets an installed osquery up; the secret's file is for root alone. */
function commandFor(enrolling: Enrolling, place: Place): string {
  const { folder, restart } = place
  const { address, pinCertificate } = enrolling
  const steps = [
    'umask 077',
    `mkdir -p ${folder}`,
    `printf %s "${SECRET_PLACEHOLDER}" > ${folder}/enroll_secret`,
    ...(pinCertificate ? [fetchCertificate(address, folder)] : []),
    `printf "%s\\n" ${agentFlags(enrolling, place).join(' ')} > ${folder}/osquery.flags`,
    restart,
  ]
  return `sudo sh -c '${steps.join(' && ')}'`
}

/** Trusts what the server shows now, so the way to it must be trusted. */
const fetchCertificate = (address: string, folder: string) =>
  `openssl s_client -showcerts -connect ${address} </dev/null 2>/dev/null | sed -n "/BEGIN CERT/,/END CERT/p" > ${folder}/tailrace.pem`

export const commandsFor = (enrolling: Enrolling) => ({
  linux: commandFor(enrolling, LINUX),
  macos: commandFor(enrolling, MACOS),
})

const HTTPS_PORT = '443'

/**
 * Host and port for agents, which always speak HTTPS.
 * @param host under which this machine is reached, if PUBLIC_URL does not say so
 */
export function addressOf(publicUrl: string | undefined, host: string): string {
  if (!publicUrl) return /:\d+$/.test(host) ? host : `${host}:${HTTPS_PORT}`
  const { hostname, port, protocol } = new URL(publicUrl)
  return `${hostname}:${port || (protocol === 'http:' ? '80' : HTTPS_PORT)}`
}
