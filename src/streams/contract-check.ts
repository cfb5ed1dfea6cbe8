import { checkContract, record, recordMismatch, report } from '../base/contract-check'
import type { z } from '../base/parse'
import { tenantEvent, tenantEventContent } from '../contract/events'
import { logsEvent } from '../contract/logs'
import { controlEvents } from '../contract/streams'
import type { Effect, Fence, NewEntry, Topic, TopicEntries } from './entry'
import type { Family } from './families'
import type { Frame, WireEvent } from './frame'
import { Hub, type Joined, type ReaderOptions, type Start } from './hub'
import type { Reader, Sink } from './reader'
import { StreamWriter } from './writer'

/*
 * In development and tests these stand in for the writer and the hub: events are checked against the contract when they
 * are written to a topic and when they are sent to a client.
 */

type FamilyOf = (topic: string) => Family | undefined

/** Throws where an entry that the contract does not have is written. */
export class CheckedWriter extends StreamWriter {
  /** Keeps items of one effect in one batch. */
  private readonly checked = new WeakMap<object, object>()

  constructor(
    deps: ConstructorParameters<typeof StreamWriter>[0],
    private readonly familyOf: FamilyOf,
  ) {
    super(deps)
  }

  override write(topic: Topic, entries: NewEntry[], fence?: Fence): Promise<void> | undefined {
    const room = super.write(topic, entries, fence)
    this.check({ topic, entries })
    return room
  }

  override commit<Item, Result>(effect: Effect<Item, Result>, item: Item): Promise<Result> {
    return super.commit(this.checkedEffect(effect), item)
  }

  private checkedEffect<Item, Result>(effect: Effect<Item, Result>): Effect<Item, Result> {
    const known = this.checked.get(effect)
    if (known) return known as Effect<Item, Result>
    const checked: Effect<Item, Result> = {
      name: effect.name,
      apply: async (trx, items) => {
        const applied = await effect.apply(trx, items)
        for (const each of applied.entries.flat()) this.check(each)
        return applied
      },
    }
    this.checked.set(effect, checked)
    return checked
  }

  private check({ topic, entries }: Pick<TopicEntries, 'topic' | 'entries'>) {
    for (const entry of entries) checkEntry(this.familyOf(topic.name), topic, entry)
  }
}

/** Records events that are sent and differ; an error would only end the stream. */
export class CheckedHub extends Hub {
  override announce(topic: Topic, entry: NewEntry) {
    super.announce(topic, entry)
    checkEntry(this.family(topic.name), topic, entry)
  }

  override join(topic: Topic, options: ReaderOptions, start: Start, sink: Sink): Promise<Joined> {
    return super.join(topic, options, start, checkedSink(sink))
  }
}

/** @throws Error when the kind is unknown, or the data or state differ from their schema */
function checkEntry(family: Family | undefined, topic: Topic, { kind, data, state }: NewEntry) {
  if (kind === 'log') return
  const check = (event: string, value: unknown) => {
    const what = `The entry ${event} of ${familyName(topic.name)}`
    const schema = family?.kinds[event] ?? report(what, ['the contract does not have it'])
    const encoded = encodedOf(value)
    if (!family?.envelope) return checkContract(what, schema, encoded)
    checkContract(what, tenantEventContent, encoded)
    checkContract(what, schema, (encoded as z.output<typeof tenantEventContent>).data)
  }
  check(kind, data)
  if (state !== undefined && state !== data && family?.stateEvent) check(family.stateEvent, state)
}

/** As readers get it. */
const encodedOf = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null')

const familyName = (topic: string) => topic.replace(/:.*/, ':<id>')

/** Frames are shared by readers; each is checked once. */
const checkedFrames = new WeakSet<Frame>()

function checkedSink(sink: Sink): Sink {
  return {
    get writable() {
      return sink.writable
    },
    send(reader, frame) {
      if (!checkedFrames.has(frame)) checkSent(reader, frame.events)
      checkedFrames.add(frame)
      sink.send(reader, frame)
    },
    sendOwn(reader, events) {
      checkSent(reader, events)
      sink.sendOwn(reader, events)
    },
    ended: reader => sink.ended(reader),
    gap: () => sink.gap(),
    caughtUp: reader => sink.caughtUp?.(reader),
  }
}

const ALL_TOPICS: Readonly<Record<string, z.ZodType>> = { ...controlEvents, logs: logsEvent }

function checkSent({ feed: { topic, family } }: Reader, events: readonly WireEvent[]) {
  for (const { event, data } of events) {
    const what = `The event ${event} of ${familyName(topic.name)}`
    const value: unknown = JSON.parse(data)
    const common = ALL_TOPICS[event]
    const own = family.kinds[event]
    if (common) recordMismatch(what, common, value)
    else if (!own) record(what, ['the contract does not have it'])
    else if (family.envelope) {
      recordMismatch(what, tenantEvent, value)
      recordMismatch(what, own, (value as z.output<typeof tenantEvent>).data)
    } else {
      const { topic: name, ...content } = value as { topic: string }
      if (name !== topic.name) record(what, ['topic: is not its topic'])
      recordMismatch(what, own, content)
    }
  }
}
