import vm from 'node:vm'

interface Compiled {
  code: string
  script: vm.Script
}

const compiled = new Map<string, Compiled>()
const { compileFunction } = vm

/**
 * Makes Jest compile each module once per process. By itself it does so for each test file that loads it, which takes
 * half of the time before the first test: an app has more than 2,000 modules. A script is not bound to the globals of
 * one test file, so that each file runs it in its own context.
 */
export function compileModulesOnce(): void {
  Object.assign(vm, { compileFunction: compileOnce })
}

function compileOnce(code: string, parameters: readonly string[] = [], options: vm.CompileFunctionOptions = {}) {
  const { filename, parsingContext } = options
  if (filename === undefined || parsingContext === undefined) return compileFunction(code, parameters, options)
  let known = compiled.get(filename)
  if (known?.code !== code) {
    const head = `(function (${parameters.join()}) {`
    // The offset keeps the columns of the first line in stack traces right.
    known = { code, script: new vm.Script(`${head}${code}\n})`, { filename, columnOffset: -head.length }) }
    compiled.set(filename, known)
  }
  return known.script.runInContext(parsingContext)
}
