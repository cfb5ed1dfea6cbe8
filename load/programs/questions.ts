/** The questions a child program answers, by name. */
export type Questions = Record<string, (args: never) => unknown>

interface Question {
  no: number
  name: string
  args: unknown
}

/** A child's reply, with `error` instead of `answer` if it failed. */
export interface Reply {
  no: number
  answer?: unknown
  error?: string
}

/** Answers the questions of the parent process, and exits with it. */
export function answer(questions: Questions) {
  process.on('disconnect', () => process.exit(0))
  process.on('message', (question: Question) => void reply(questions, question))
}

async function reply(questions: Questions, { no, name, args }: Question) {
  const result: Reply = { no }
  try {
    const handler = questions[name]
    if (!handler) throw new Error(`Unknown question ${name}`)
    result.answer = await handler(args as never)
  } catch (error) {
    result.error = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  process.send?.(result)
}
