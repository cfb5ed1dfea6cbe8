import type { Me } from '../../src/contract/sessions'
import { clean } from '../../text/display'
import { createApi } from '../api'
import { type Context, defineCommand, JSON_OPTION } from '../command'
import { readConfig, writeConfig } from '../config-file'
import { EXIT, Failure } from '../exit'
import { readSecret } from '../secret-prompt'
import { checkToken, isLoopback, parseUrl, type Settings } from '../settings'

export const login = defineCommand({
  name: 'login',
  operands: '',
  count: [0, 0],
  summary: 'Saves a token for a server, read from standard input or a hidden prompt',
  details: `An admin creates tokens on the page /settings or with POST /api/tokens. The token is saved in
~/.config/tailrace/config.json (mode 0600) and only ever sent to this server, which becomes the default.

  tailrace login --url https://tailrace.example.org < token-file`,
  options: {},
  async run(context) {
    const url = serverOf(context)
    if (url.startsWith('http:') && !isLoopback(url))
      context.terminal.note(`Warning: ${url} is not encrypted; others on the network can read the token.`)
    const token = checkToken(await readSecret(`Token for ${url}: `, context.terminal.note), 'the input')
    const me = await createApi({ url, token, tokenFrom: 'the input' }).get('/api/session')
    const config = readConfig(context.env)
    writeConfig({ ...config, url, tokens: { ...config.tokens, [url]: token } })
    context.terminal.note(`${describe(me, url)} The token was saved in ${config.path}.`)
    if (context.env.TAILRACE_TOKEN) context.terminal.note('TAILRACE_TOKEN is set and takes precedence.')
    return EXIT.ok
  },
})

export const logout = defineCommand({
  name: 'logout',
  operands: '',
  count: [0, 0],
  summary: 'Deletes the saved token of a server; the token stays valid until it is revoked',
  options: {},
  async run(context) {
    const url = serverOf(context)
    const config = readConfig(context.env)
    const { [url]: kept, ...tokens } = config.tokens
    if (kept === undefined) throw new Failure(EXIT.missing, `No token is saved for ${url}.`)
    writeConfig({ ...config, url: config.url === url ? undefined : config.url, tokens })
    context.terminal.note(`The token for ${url} was deleted.`)
    return EXIT.ok
  },
})

export const whoami = defineCommand({
  name: 'whoami',
  operands: '',
  count: [0, 0],
  summary: 'Shows the server, who you are there, and where the token comes from',
  options: { json: JSON_OPTION },
  async run({ api, settings, terminal }, { values }) {
    const me = await api.get('/api/session')
    if (values.json) terminal.json({ url: settings.url, token_from: settings.tokenFrom, ...me })
    else terminal.write(`${describe(me, settings.url)} The token comes from ${settings.tokenFrom}.\n`)
    return EXIT.ok
  },
})

/** Does not use `settings`, which fails on an invalid token. */
const serverOf = ({ url, env }: Context): Settings['url'] =>
  parseUrl(url || env.TAILRACE_URL || readConfig(env).url || 'http://127.0.0.1:8080')

const describe = ({ name, role, tenant }: Me, url: string) =>
  `Signed in to ${url} as ${clean(name)} (${clean(role)}) of ${clean(tenant.name)}.`
