import type { YamlNode } from '../../../base/yaml-tree'
import type { ReceiverType } from '../../../contract/receivers'
import { Fields, type Text } from './fields'
import { EMAIL, SLACK, WEBHOOK } from './known-fields'
import { readHttpConfig } from './read-http-config'
import type { Report } from './report'
import { isStandIn, type ReadSettings, SettingsReader } from './settings-reader'

/** An entry of a receiver in the file, which becomes a receiver here. */
export interface Integration extends ReadSettings {
  node: YamlNode
  type: ReceiverType
  sendResolved: boolean
}

const OWN_TEXTS = 'Messages have the form of this server.'
/** Implicit TLS (RFC 8314). */
const SMTPS_PORT = '465'

export function readWebhook(node: YamlNode, global: Fields, report: Report): Integration {
  const fields = new Fields(node, report, WEBHOOK)
  const settings = new SettingsReader(fields, global, report)
  fields.atMostOne('url', 'url_file')
  if (!fields.has('url') && !fields.has('url_file')) settings.fault('This webhook has no url.')
  settings.takeSecret('url', 'url')
  settings.take('max_alerts', fields.text('max_alerts'), wholeNumber)
  settings.skip('timeout', 'Webhooks have a time limit of this server.')
  settings.skip('payload', OWN_TEXTS)
  readHttpConfig(settings, report, { bearer: true })
  return { node, type: 'webhook', sendResolved: fields.flag('send_resolved') ?? true, ...settings.read }
}

export function readEmail(node: YamlNode, global: Fields, report: Report): Integration {
  const fields = new Fields(node, report, EMAIL)
  const settings = new SettingsReader(fields, global, report)
  const to = fields.text('to')
  const from = settings.textOf('from', 'smtp_from')
  const smarthost = settings.textOf('smarthost', 'smtp_smarthost')
  if (!to) settings.fault('This email has no "to".')
  if (!from) settings.fault('This email has no "from", and there is no smtp_from in "global".')
  if (!smarthost) settings.fault('This email has no "smarthost", and there is no smtp_smarthost in "global".')
  settings.take('to', to, text => text.split(',').map(addressOf))
  settings.take('from', from, addressOf)
  if (smarthost) readSmarthost(settings, smarthost, report)
  settings.take('username', settings.textOf('auth_username', 'smtp_auth_username'))
  settings.takeSecret('password', 'auth_password', 'smtp_auth_password')
  settings.read.values.security = securityOf(settings, smarthost)
  for (const name of ['headers', 'html', 'text', 'threading']) settings.skip(name, OWN_TEXTS)
  for (const name of ['auth_secret', 'auth_secret_file', 'auth_identity'])
    settings.skip(name, 'Only a user name and a password are supported.')
  for (const name of ['hello', 'tls_config']) settings.skip(name, 'Email is sent with the settings of this server.')
  return { node, type: 'email', sendResolved: fields.flag('send_resolved') ?? false, ...settings.read }
}

/** `Alerts <alerts@example.org>` without the name. */
const addressOf = (text: string) => /<([^<>]+)>\s*$/.exec(text)?.[1]?.trim() ?? text.trim()

const SMARTHOST = /^\[?(.*?)\]?:(\d{1,5})$/
const hostOf = (text: string) => SMARTHOST.exec(text)?.[1] ?? text

function readSmarthost(settings: SettingsReader, given: Text, report: Report): void {
  const [, host = '', port = ''] = SMARTHOST.exec(given.text) ?? []
  if (host === '' && !isStandIn(given.text))
    report.fault(given, `${JSON.stringify(given.text)} is not an address such as "smtp.example.org:587".`)
  settings.take('host', given, hostOf)
  if (port) settings.read.values.port = Number(port)
  else if (isStandIn(given.text)) settings.take('port', given, wholeNumber)
}

function securityOf({ fields, global }: SettingsReader, smarthost: Text | undefined): 'tls' | 'starttls' | 'none' {
  const isImplicit = fields.flag('force_implicit_tls') ?? global.flag('smtp_force_implicit_tls')
  if (isImplicit ?? smarthost?.text.endsWith(`:${SMTPS_PORT}`)) return 'tls'
  return (fields.flag('require_tls') ?? global.flag('smtp_require_tls') ?? true) ? 'starttls' : 'none'
}

const SLACK_FORM = [
  'color',
  'title',
  'title_link',
  'pretext',
  'text',
  'message_text',
  'fields',
  'short_fields',
  'footer',
]
const SLACK_LOOKS = ['fallback', 'callback_id', 'icon_emoji', 'icon_url', 'image_url', 'thumb_url', 'link_names']
const SLACK_REST = ['mrkdwn_in', 'actions', 'timeout', 'update_message']

export function readSlack(node: YamlNode, global: Fields, report: Report): Integration {
  const fields = new Fields(node, report, SLACK)
  const settings = new SettingsReader(fields, global, report)
  fields.atMostOne('api_url', 'api_url_file')
  settings.takeSecret('url', 'api_url', 'slack_api_url')
  if (!settings.read.places.url) {
    if (!usesApp(fields, global))
      settings.fault('This channel has no api_url, and there is no slack_api_url in "global".')
    settings.skip('app_token', 'Only incoming webhooks are supported.')
  }
  settings.takePlain('channel', 'channel')
  settings.takePlain('username', 'username')
  for (const name of [...SLACK_FORM, ...SLACK_LOOKS, ...SLACK_REST]) settings.skip(name, OWN_TEXTS)
  readHttpConfig(settings, report, { bearer: false })
  return { node, type: 'slack', sendResolved: fields.flag('send_resolved') ?? false, ...settings.read }
}

const usesApp = (fields: Fields, global: Fields) =>
  ['app_token', 'app_token_file'].some(name => fields.has(name) || global.has(`slack_${name}`))

/** What is no whole number is left to the check of all settings. */
const wholeNumber = (text: string) => (/^\d+$/.test(text) ? Number(text) : text)
