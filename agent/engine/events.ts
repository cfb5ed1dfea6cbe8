import { StringDecoder } from 'node:string_decoder'
import type { EngineEvent } from './engine'
import { type Json, numberOf, objectOf, textOf } from './json'

const LINE_CHARS_MAX = 1024 * 1024
/** What happens all the time, and changes nothing that is shown. */
const IGNORED =
  /^(exec_|exec:|top$|attach|resize|export|archive-path|extract-to-dir|copy$|mount$|unmount$|sync$|exec$|exec_died)/

/** Events of containers from `GET /events`: JSON objects, one per line, split anywhere. */
export async function* eventsOf(chunks: AsyncIterable<Buffer>): AsyncIterable<EngineEvent> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of chunks) {
    rest += decoder.write(chunk)
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LINE_CHARS_MAX) rest = '' // no event is that long
    for (const line of lines) {
      const event = eventOf(line)
      if (event) yield event
    }
  }
}

function eventOf(line: string): EngineEvent | undefined {
  const answer = parse(line)
  if (textOf(answer.Type) !== 'container') return undefined
  const actor = objectOf(answer.Actor)
  const attributes = objectOf(actor.Attributes)
  // such as "health_status: healthy"; Podman before 5 sends the status apart, or not at all
  const action = (textOf(answer.Action) || textOf(answer.status)).trim().replace(/^died$/, 'die')
  const id = textOf(actor.ID) || textOf(answer.id)
  if (!id || !action || IGNORED.test(action)) return undefined
  const exit = numberOf(Number(attributes.exitCode ?? attributes.containerExitCode))
  return { at: atOf(answer), id, name: textOf(attributes.name), action: action.slice(0, 100), exitCode: exit ?? null }
}

function atOf({ timeNano, time }: Json): number {
  const nanos = numberOf(timeNano)
  return nanos === undefined ? (numberOf(time) ?? 0) * 1_000 : Math.floor(nanos / 1e6)
}

function parse(line: string): Json {
  try {
    return objectOf(JSON.parse(line))
  } catch {
    return {} // a line that is no event says nothing
  }
}
