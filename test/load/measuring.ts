import { startProgram, stopPrograms, whileProgramsRun } from '../../load/programs/program'
import { profiled } from '../../load/scenarios/stage'
import type { MeasuredQuestions } from './measured'

const [scenario = '', folder = ''] = process.argv.slice(2)

const program = startProgram<MeasuredQuestions>('test/load/measured')

const scenarios: Record<string, () => Promise<unknown>> = {
  profile: () => profiled(program, 'some', folder, async () => undefined),
  'no-folder': () => profiled(program, 'some', `${folder}/missing`, async () => undefined),
  crash: async () => {
    await program.ask('crashSoon', undefined)
    await new Promise(() => undefined) // only the end of the program can end this
  },
  stop: () => program.stop(),
}

whileProgramsRun(scenarios[scenario]?.() ?? Promise.reject(new Error(`Unknown scenario ${scenario}`)))
  .then(() => process.stdout.write('done\n'))
  .catch(error => {
    process.stderr.write(`${error.stack}\n`)
    process.exitCode = 1
  })
  .finally(stopPrograms)
