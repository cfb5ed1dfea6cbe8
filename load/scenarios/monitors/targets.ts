import { type Program, startProgram } from '../../programs/program'
import type { TargetQuestions } from '../../programs/targets'

export const MONITORS = 1_000
/** Every so many servers never answer: 5 %. */
const SILENT_EVERY = 20
const PER_NETWORK = 250

export interface Targets {
  program: Program<TargetQuestions>
  /** Of those that answer. */
  answering: string[]
  /** All, as monitors. */
  urls: string[]
}

/** An address of its own for each, so that limits per target do not matter. */
export const addressOf = (no: number) => `127.0.${1 + Math.floor(no / PER_NETWORK)}.${1 + (no % PER_NETWORK)}`

/** A thousand web servers, of which 5 % accept connections and never answer. */
export async function startTargets(): Promise<Targets> {
  const program = startProgram<TargetQuestions>('load/programs/targets')
  const ports = await program.ask('start', undefined)
  const numbers = Array.from({ length: MONITORS }, (_, no) => no)
  const isSilent = (no: number) => no % SILENT_EVERY === 0
  const urlOf = (no: number) => `http://${addressOf(no)}:${isSilent(no) ? ports.silent : ports.web}/`
  return {
    program,
    urls: numbers.map(urlOf),
    answering: numbers.filter(no => !isSilent(no)).map(urlOf),
  }
}
