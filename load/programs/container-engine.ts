import { StubEngine } from '../agents/stub-engine'
import { measures } from './measures'
import { answer } from './questions'

interface Given {
  socket: string
  containers: number
  linesPerSecond: number
}

/** A container engine in a process of its own. Its containers write lines in turn. */
const questions = {
  start: async ({ socket, containers, linesPerSecond }: Given) => {
    const engine = await StubEngine.start(socket)
    const all = Array.from({ length: containers }, (_, index) => engine.run(`container-${index + 1}`))
    let written = 0
    setInterval(() => {
      const next = all[written++ % containers]
      if (next) engine.log(next, `level=info msg="request ${written} answered" status=200 duration=12ms`)
    }, 1_000 / linesPerSecond)
  },
  ...measures,
}

export type ContainerEngineQuestions = typeof questions

answer(questions)
