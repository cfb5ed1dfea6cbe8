import fc from 'fast-check'
import {
  type Accepted,
  type Delivery as Delivered,
  decodeAccepted,
  deliveryOf,
  encodeAccepted,
  nextStep,
} from '../../src/fleet/schedules/marks'
import { range, resultLine } from './node'

/** A request of an agent that a process stores piece by piece. */
interface Delivery {
  /** The first of the agent's batches in it. */
  batch: number
  numbers: number[]
  delivered: Delivered
  from: number
}

/** Lines within a second: enough for the tenth to sort before the ninth. */
const LINES_A_SECOND = 25
const keyOf = (no: number) => `${1_788_256_800 + Math.floor(no / LINES_A_SECOND)}_${no + 1}`

/** An agent with its buffer, sorted by key as text, and what the database has stored. */
class World {
  taken: Accepted = []
  stored: number[] = []
  private next = 0
  private buffer: number[] = []
  private underWay: Delivery[] = []
  private latest: Delivery | undefined
  /** Acknowledged to the agent. */
  private batches = 0

  log(count: number) {
    for (let n = 0; n < count; n++) this.buffer.push(this.next++)
    this.buffer.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  }

  send() {
    if (this.buffer.length === 0) return
    const numbers = this.buffer.slice(0, 10)
    this.latest = { batch: this.batches, numbers, delivered: deliveryOf(numbers.map(no => resultLine(no))), from: 0 }
    this.underWay.push(this.latest)
  }

  /** Stores the next piece of a delivery; after the last one, the agent may be told. */
  work(which: number, size: number, isHeard: boolean) {
    const delivery = this.underWay[which % this.underWay.length]
    if (!delivery) return
    const to = Math.min(delivery.numbers.length, delivery.from + size)
    const step = nextStep(delivery.delivered, delivery.from, to, this.taken)
    if (step) {
      this.stored.push(...step.fresh.map(place => delivery.numbers[delivery.from + place] ?? -1))
      this.taken = decodeAccepted(encodeAccepted(step.accepted))
    }
    delivery.from = to
    if (to < delivery.numbers.length) return
    this.underWay = this.underWay.filter(other => other !== delivery)
    // An agent retries only after it has given up its previous request.
    if (isHeard && delivery === this.latest) this.heard(delivery.numbers)
  }

  private heard(numbers: readonly number[]) {
    this.buffer = this.buffer.filter(no => !numbers.includes(no))
    this.batches++
    this.latest = undefined
    // A request delayed by more than three batches is no longer expected.
    this.underWay = this.underWay.filter(({ batch }) => batch >= this.batches - 3)
  }

  finish() {
    while (this.underWay.length) this.work(0, 3, true)
    for (; this.buffer.length; this.work(0, 100, true)) this.send()
  }

  get sent() {
    return range(0, this.next)
  }
}

const steps = fc.oneof(
  fc.record({ type: fc.constant('log' as const), count: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ type: fc.constant('send' as const) }),
  fc.record({
    type: fc.constant('work' as const),
    which: fc.nat(5),
    size: fc.integer({ min: 1, max: 6 }),
    isHeard: fc.boolean(),
  }),
)

test('each line is stored once, whether deliveries are repeated, reordered, lost or late', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 80 }), all => {
      const world = new World()
      for (const step of all) {
        if (step.type === 'log') world.log(step.count)
        else if (step.type === 'send') world.send()
        else world.work(step.which, step.size, step.isHeard)
      }
      world.finish()
      expect(world.stored.map(keyOf).sort()).toEqual(world.sent.map(keyOf).sort())
    }),
    { numRuns: 2_000 },
  )
})

/** Sends the numbers as one delivery; equal numbers are equal lines. */
function deliver(numbers: number[], taken: Accepted) {
  const step = nextStep(deliveryOf(numbers.map(no => resultLine(no))), 0, numbers.length, taken)
  return { stored: step?.fresh.map(place => numbers[place]), taken: step?.accepted ?? taken }
}

test('equal lines of one delivery are stored as often as they occur', () => {
  const first = deliver([1, 1, 2], [])
  expect(first.stored).toEqual([1, 1, 2])
  const second = deliver([1, 2, 1, 1, 3], first.taken)
  expect(second.stored).toEqual([1, 3])
  expect(deliver([3, 1, 1, 2, 1], second.taken).stored).toBeUndefined()
})

test('the tenth line of a second may precede the ninth when both are sent again', () => {
  const first = deliver([8, 9], [])
  expect(deliver([10, 8, 9], first.taken).stored).toEqual([10])
})

test('only a few deliveries are remembered, not all lines of a host', () => {
  let taken: Accepted = []
  for (let no = 0; no < 20; no++) taken = deliver([no], taken).taken
  expect(taken).toHaveLength(4)
  expect(deliver([16, 17, 18, 19], taken).stored).toBeUndefined()
})

test('the latest delivery is remembered completely, earlier ones up to a limit', () => {
  const large = deliver(range(0, 70_000), [])
  expect(deliver(range(0, 70_000), large.taken).stored).toBeUndefined()
  const after = deliver([70_000], large.taken)
  expect(after.taken).toHaveLength(1)
})

test('marks of an older version still count', () => {
  const base64 = (numbers: number[]) =>
    Buffer.concat(numbers.map(no => resultLine(no).digest.subarray(0, 8))).toString('base64')
  expect(deliver([1, 2, 3, 4, 5], decodeAccepted(`${base64([3, 4])} ${base64([1, 2])}`)).stored).toEqual([5])
})
