import { setTimeout as delay } from 'node:timers/promises'
import type { Arguments } from '../agents/arguments'
import { Machine } from '../agents/machine'
import { Tally } from '../agents/tally'
import { measures } from './measures'
import { answer } from './questions'

/** Apart, so that the server does not get all enrolments at once. */
const START_EVERY_MS = 20
const LOOK_MS = 100
const CONNECT_MS_MAX = 300_000

const tally = new Tally()
let machines: Machine[] = []
let ended: Promise<unknown> = Promise.resolve()

interface Given extends Pick<Arguments, 'url' | 'token' | 'agents' | 'containers' | 'lines'> {
  folder: string
}

/** Simulated machines in a process of their own, without faults. */
const questions = {
  /** Resolves when all are connected. */
  start: async ({ folder, ...given }: Given) => {
    const all = { ...given, seed: 'bench', bursts: false, cutsPerMinute: 0, skewMs: 0, hung: 0, seconds: undefined }
    machines = Array.from({ length: given.agents }, (_, index) => new Machine(index + 1, folder, all, tally))
    ended = Promise.all(machines.map((machine, index) => delay(index * START_EVERY_MS).then(() => machine.run())))
    await untilConnected()
  },
  untilConnected: () => untilConnected(),
  /** Stops all but so many. */
  keep: async (count: number) => {
    for (const machine of machines.splice(count)) machine.stop()
  },
  end: async () => {
    for (const machine of machines) machine.stop()
    await ended
  },
  ...measures,
}

export type MachineQuestions = typeof questions

async function untilConnected() {
  for (const startedMs = performance.now(); tally.connected < machines.length; ) {
    if (performance.now() - startedMs > CONNECT_MS_MAX)
      throw new Error(`${tally.connected} of ${machines.length} machines are connected; last: ${tally.lastNote}`)
    await delay(LOOK_MS)
  }
}

answer(questions)
