import type { AgentCommand, AgentContainer } from '../../src/contract/agent-protocol'
import { deadline } from '../deadline'
import { type Engine, EngineError, type Inspected } from '../engine'
import { messageOf } from '../failure'
import type { Result } from './journal'
import type { Policy } from './policy'

/** To look at the container before and after. */
const LOOK_TIMEOUT_MS = 5_000

export interface RunNeeds {
  engine: Pick<Engine, 'inspect' | 'act'>
  policy: Policy
  view(container: Inspected): AgentContainer
  now(): number
}

type Ending = Pick<Result, 'status' | 'code' | 'message'>

/**
 * Carries out one command. Never throws: whatever happens is a result.
 * @param onBegin called before the engine is asked to change anything
 */
export async function runCommand(command: AgentCommand, needs: RunNeeds, onBegin: () => void): Promise<Result> {
  const limit = deadline(new AbortController().signal, command.deadline_ms)
  try {
    const ending = await endingOf(command, { ...needs, onBegin }, limit)
    return await resultOf(command, ending, needs)
  } finally {
    limit.end()
  }
}

type BeginNeeds = RunNeeds & { onBegin(): void }

async function endingOf(command: AgentCommand, needs: BeginNeeds, limit: ReturnType<typeof deadline>): Promise<Ending> {
  const { engine, policy, onBegin } = needs
  const { action, container, container_id, grace_seconds } = command
  let hasBegun = false
  try {
    const found = await engine.inspect(container, limit.signal)
    if (!found.id.startsWith(container_id))
      return { status: 'rejected', code: 'replaced', message: `${container} was created again since then.` }
    const refusal = policy.refusal(command, found)
    if (refusal) return { status: 'rejected', ...refusal }
    hasBegun = true
    onBegin()
    const did = await engine.act(found.id, action, grace_seconds, limit.signal)
    return { status: 'succeeded', code: null, message: did === 'unchanged' ? UNCHANGED[action] : '' }
  } catch (error) {
    if (limit.isLate()) return late(command, hasBegun)
    return failed(error, hasBegun)
  }
}

const UNCHANGED = { start: 'It was already running.', stop: 'It was already stopped.', restart: '' }

function late({ deadline_ms }: AgentCommand, hasBegun: boolean): Ending {
  const message = `The engine did not answer within ${deadline_ms} ms.`
  return { status: hasBegun ? 'unknown' : 'failed', code: 'timeout', message }
}

function failed(error: unknown, hasBegun: boolean): Ending {
  const message = messageOf(error).slice(0, 2_000)
  if (!(error instanceof EngineError)) return { status: hasBegun ? 'unknown' : 'failed', code: 'agent', message }
  const isOpen = hasBegun && (error.code === 'timeout' || error.code === 'broken')
  return { status: isOpen ? 'unknown' : 'failed', code: error.code, message }
}

/** With the container as it is afterwards, which resolves what is unknown. */
async function resultOf(command: AgentCommand, ending: Ending, { engine, view, now }: RunNeeds): Promise<Result> {
  const limit = deadline(new AbortController().signal, LOOK_TIMEOUT_MS)
  const container = await engine.inspect(command.container, limit.signal).then(view, () => null)
  limit.end()
  return { t: 'result', at: now(), command_id: command.id, ...ending, container }
}
