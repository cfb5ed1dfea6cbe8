import type { AgentCommand } from '../../src/contract/agent-protocol'
import { messageOf } from '../failure'
import type { Say } from '../log'
import type { Spool } from '../spool'
import type { Journal, Result } from './journal'
import { type RunNeeds, runCommand } from './run'

/** Results that could not be put into the spool are tried again so often. */
const RETRY_MS = 10_000

interface Needs extends RunNeeds {
  journal: Journal
  spool: Spool
  /** The server's time, by which commands expire. */
  serverNow(): number
  say: Say
}

/** Tells the server how far a command is. */
export type Report = (status: 'accepted' | 'running') => void

/** Each command at most once; one at a time per container, and no container waits for another. */
export class Commands {
  readonly #byContainer = new Map<string, Promise<void>>()
  readonly #running = new Set<Promise<void>>()

  constructor(private readonly needs: Needs) {}

  /** Reports what the last end of the agent has interrupted, which is never repeated. */
  async recover(): Promise<void> {
    const { journal, now } = this.needs
    const message = 'The agent ended while it carried this out. It was not repeated.'
    for (const id of journal.unfinished) {
      const ending = { status: 'unknown', code: 'interrupted', message, container: null } as const
      await journal.end({ t: 'result', at: now(), command_id: id, ...ending })
    }
    for (const result of journal.unspooled) await this.#spool(result)
  }

  /** Returns at once. */
  take(command: AgentCommand, report: Report): void {
    const before = this.#byContainer.get(command.container) ?? Promise.resolve()
    const done = before
      .then(() => this.#take(command, report))
      .catch(error => this.needs.say(`The command ${command.id} failed: ${messageOf(error)}`))
      .finally(() => {
        this.#running.delete(done)
        if (this.#byContainer.get(command.container) === done) this.#byContainer.delete(command.container)
      })
    this.#byContainer.set(command.container, done)
    this.#running.add(done)
  }

  /** Waits for what is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }

  async #take(command: AgentCommand, report: Report): Promise<void> {
    const { journal, serverNow } = this.needs
    const known = journal.find(command)
    if (known.state === 'conflict')
      return this.#refuse(command, 'conflict', 'Another command with the same id is in the journal of the agent.')
    if (known.state !== 'missing') report('accepted')
    if (known.state === 'completed') return this.#spool(known.result)
    if (known.state === 'running') return
    if (serverNow() > command.expires_at) return this.#refuse(command, 'expired', 'It came too late to be begun.')
    try {
      await journal.begin(command)
    } catch (error) {
      return this.#refuse(command, 'unavailable', `The journal of the agent cannot be written: ${messageOf(error)}`)
    }
    report('accepted')
    const { action, container, reason } = command
    this.needs.say(`Command ${command.id}: ${action} ${container} (${reason}).`)
    const result = await runCommand(command, this.needs, () => report('running'))
    this.needs.say(`Command ${command.id}: ${[result.status, result.code, result.message].filter(Boolean).join(', ')}.`)
    await journal.end(result)
    await this.#spool(result)
  }

  async #refuse(command: AgentCommand, code: string, message: string): Promise<void> {
    const ending = { status: 'rejected', code, message, container: null } as const
    await this.#spool({ t: 'result', at: this.needs.now(), command_id: command.id, ...ending })
  }

  async #spool(result: Result): Promise<void> {
    const { spool, journal } = this.needs
    if (await spool.add(result, true)) return journal.spooled(result.command_id)
    setTimeout(() => void this.#spool(result), RETRY_MS).unref()
  }
}
