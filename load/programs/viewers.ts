import { type OpenArgs, Viewers } from '../viewing/viewers'
import { measures } from './measures'
import { answer } from './questions'

const viewers = new Viewers()

const questions = {
  open: (args: OpenArgs) => viewers.open(args),
  until: (args: { lines: number; quietMs: number }) => viewers.until(args),
  untilEnded: (args: { quietMs: number }) => viewers.untilEnded(args),
  killRandomly: (args: { kills: number; everyMs: number }) => viewers.killRandomly(args),
  restart: () => viewers.restart(),
  summary: () => viewers.summary(),
  close: () => viewers.close(),
  ...measures,
}

export type ViewerQuestions = typeof questions

answer(questions)
