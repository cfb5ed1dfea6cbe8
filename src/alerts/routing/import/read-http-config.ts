import { Fields, type Text } from './fields'
import { AUTHORIZATION, HTTP_CONFIG } from './known-fields'
import type { Report } from './report'
import type { SettingsReader } from './settings-reader'

const TRANSPORT = [
  'tls_config',
  'proxy_url',
  'no_proxy',
  'proxy_from_environment',
  'proxy_connect_header',
  'http_headers',
]

/** Reads `http_config` of an entry, or else of `global`: only bearer tokens are carried over. */
export function readHttpConfig(settings: SettingsReader, report: Report, { bearer }: { bearer: boolean }): void {
  const node = settings.fields.get('http_config') ?? settings.global.get('http_config')
  if (!node) return
  const http = new Fields(node, report, HTTP_CONFIG)
  for (const name of TRANSPORT)
    if (http.has(name))
      report.notImported(
        http.placeOf(name),
        `http_config.${name}`,
        'Notifications are sent with the settings of this server.',
      )
  const refuse = (name: string) => {
    report.notImported(http.placeOf(name), `http_config.${name}`, 'Only bearer tokens are supported.')
    settings.cannot(`it cannot sign in with ${name}`)
  }
  for (const name of ['basic_auth', 'oauth2']) if (http.has(name)) refuse(name)
  const token = bearerOf(http, report, refuse)
  if (!token) return
  if (bearer) settings.take('bearer_token', token)
  else refuse(http.has('authorization') ? 'authorization' : 'bearer_token')
}

/** A token in a file of its own stands as `<secret>`, so that it is asked for. */
function bearerOf(http: Fields, report: Report, refuse: (name: string) => void): Text | undefined {
  const plain = http.text('bearer_token') ?? hidden(http.text('bearer_token_file'))
  const node = http.get('authorization')
  if (!node) return plain
  const given = new Fields(node, report, AUTHORIZATION)
  const type = given.text('type')?.text ?? 'Bearer'
  if (type.toLowerCase() !== 'bearer') {
    refuse('authorization')
    return undefined
  }
  return given.text('credentials') ?? hidden(given.text('credentials_file'))
}

const hidden = (file: Text | undefined): Text | undefined => file && { ...file, text: '<secret>' }
