import { measures } from '../../load/programs/measures'
import { answer } from '../../load/programs/questions'

/** The child program of measuring.ts. */
const questions = {
  ...measures,
  /** Answers first, so that the parent does not wait for it when it ends. */
  crashSoon: () => {
    setImmediate(() => {
      throw new Error('these are the last words')
    })
  },
}

export type MeasuredQuestions = typeof questions

answer(questions)
