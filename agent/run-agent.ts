import { readFile } from 'node:fs/promises'
import { rootCertificates } from 'node:tls'
import { Agent } from './agent'
import { ownContainerId } from './commands'
import { enroll, Identity } from './connection'
import { EngineClient, findSocket } from './engine'
import { factsOf } from './facts'
import { folderOf, takeFolder } from './folder'
import type { Say } from './log'
import { HostSampler } from './samples'

export interface RunOptions {
  url: string
  /** A file with the enrolment token. */
  tokenFile?: string | undefined
  /** The enrolment token, if it is not in a file. */
  token?: string | undefined
  caFile?: string | undefined
  data?: string | undefined
  engine?: string | undefined
  /** Where the machine's root is, if the agent runs in a container. */
  root: string
  hostname?: string | undefined
  allow: readonly ('start' | 'stop' | 'restart')[]
  protect: readonly string[]
  spoolBytes: number
  spoolAgeMs: number
  version: string
  env: Record<string, string | undefined>
  say: Say
  signal: AbortSignal
}

/**
 * The agent as a program: enrols if it has not yet, then runs until the signal aborts.
 * @throws Error that says what to do if it cannot start
 */
export async function runAgent(options: RunOptions): Promise<void> {
  const { url, env, say, signal, root } = options
  const uid = process.getuid?.() ?? 0
  const folder = folderOf({ data: options.data, env, uid })
  const socket = findSocket({ engine: options.engine, env, uid })
  const release = await takeFolder(folder)
  try {
    const ca = options.caFile === undefined ? undefined : [...rootCertificates, await readFile(options.caFile, 'utf8')]
    const facts = factsOf(root, options.version, options)
    const identity =
      (await Identity.load(folder)) ??
      (await enroll({ url, ca, token: await tokenOf(options), folder, facts, say, signal }))
    if (!identity) return
    say(`Agent ${identity.name} (${identity.agentId}); engine at ${socket}; data in ${folder}.`)
    const { allow, protect, spoolBytes, spoolAgeMs } = options
    const agent = new Agent({
      ...{ url, ca, folder, identity, facts, allow, protect, spoolBytes, spoolAgeMs, say },
      ...{ engine: new EngineClient(socket), host: new HostSampler(root), ownId: ownContainerId() },
    })
    signal.addEventListener('abort', () => agent.stop(), { once: true })
    if (!signal.aborted) await agent.run()
  } finally {
    await release()
  }
}

async function tokenOf({ tokenFile, token }: RunOptions): Promise<string> {
  const text = tokenFile === undefined ? token : await readFile(tokenFile, 'utf8')
  if (text?.trim()) return text.trim()
  throw new Error(
    'This machine is not enrolled yet. Create a token on the page Agents, and start with --token-file <file>.',
  )
}
