import fc from 'fast-check'
import { marksOf, nextStep, readTaken, type Taken, writeTaken } from '../../src/fleet/schedules/marks'
import { range, resultLine } from './node'

/** One request of an agent on its way through a process, piece by piece. */
interface Delivery {
  /** Of the agent's batches, the one it begins with. */
  batch: number
  numbers: number[]
  marks: Buffer
  from: number
}

/** An agent with its buffer, and what the database has. */
class World {
  taken: Taken = []
  stored: number[] = []
  private next = 0
  private buffer: number[] = []
  private underWay: Delivery[] = []
  private latest: Delivery | undefined
  /** Of which the agent has heard. */
  private batches = 0

  log(count: number) {
    for (let n = 0; n < count; n++) this.buffer.push(this.next++)
  }

  send() {
    if (this.buffer.length === 0) return
    const numbers = this.buffer.slice(0, 10)
    this.latest = { batch: this.batches, numbers, marks: marksOf(numbers.map(no => resultLine(no))), from: 0 }
    this.underWay.push(this.latest)
  }

  /** Takes the next piece of one of the deliveries; when it is the last, the agent may hear of it. */
  work(which: number, size: number, isHeard: boolean) {
    const delivery = this.underWay[which % this.underWay.length]
    if (!delivery) return
    const to = Math.min(delivery.numbers.length, delivery.from + size)
    const step = nextStep(delivery.marks, delivery.from, to, this.taken)
    if (step) {
      this.stored.push(...delivery.numbers.slice(step.start, to))
      this.taken = readTaken(writeTaken(step.taken))
    }
    delivery.from = to
    if (to < delivery.numbers.length) return
    this.underWay = this.underWay.filter(other => other !== delivery)
    // an agent sends again only when it has given up what it sent before
    if (isHeard && delivery === this.latest) this.heard(delivery.numbers.length)
  }

  private heard(count: number) {
    this.buffer.splice(0, count)
    this.batches++
    this.latest = undefined
    // one that is held up for longer than three batches is not expected any more
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

test('whatever is sent again, lost or held up, each line is taken once and in order', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 80 }), all => {
      const world = new World()
      for (const step of all) {
        if (step.type === 'log') world.log(step.count)
        else if (step.type === 'send') world.send()
        else world.work(step.which, step.size, step.isHeard)
      }
      world.finish()
      expect(world.stored).toEqual(world.sent)
    }),
    { numRuns: 2_000 },
  )
})
