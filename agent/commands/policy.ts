import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { AgentCommand, AgentContainer } from '../../src/contract/agent-protocol'

const LABEL = 'tailrace.protected'

interface Settings {
  allow: readonly AgentCommand['action'][]
  /** Names of containers, with * for any characters. */
  protect: readonly string[]
  ownId?: string | undefined
}

type Refusal = { code: string; message: string }
type Described = Pick<AgentContainer, 'id' | 'name' | 'labels'>

/** What this machine permits, whatever the server asks for. */
export class Policy {
  readonly #patterns: RegExp[]

  constructor(private readonly settings: Settings) {
    this.#patterns = settings.protect.map(pattern => new RegExp(`^${pattern.split('*').map(literal).join('.*')}$`, 's'))
  }

  get allowsActions(): boolean {
    return this.settings.allow.length > 0
  }

  isProtected({ name, labels, id }: Described): boolean {
    const label = labels[LABEL]?.trim().toLowerCase()
    return label === 'true' || label === '1' || this.#patterns.some(each => each.test(name)) || this.isOwn({ id })
  }

  isOwn({ id }: Pick<Described, 'id'>): boolean {
    return this.settings.ownId !== undefined && id.startsWith(this.settings.ownId)
  }

  /** Why a command is not carried out; undefined if it may be. */
  refusal({ action, confirmed }: AgentCommand, container: Described): Refusal | undefined {
    if (!this.settings.allow.includes(action))
      return { code: 'not_allowed', message: `This machine's agent does not allow to ${action} containers (--allow).` }
    if (this.isProtected(container) && !confirmed)
      return { code: 'protected', message: `${container.name} is protected: an admin must confirm it with its name.` }
    return undefined
  }
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** The id of the container in which the agent runs; undefined if it runs in none. */
export function ownContainerId(): string | undefined {
  for (const file of ['/proc/self/cgroup', '/proc/self/mountinfo']) {
    const id = /(?:docker|libpod|containers|overlay-containers)[-/](?:[^\n]*?[-/])?([a-f0-9]{64})/.exec(read(file))?.[1]
    if (id) return id
  }
  return read('/.dockerenv') !== '' || !/^[a-f0-9]{12}$/.test(hostname()) ? undefined : hostname()
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // there is no such file on this system
  }
}
