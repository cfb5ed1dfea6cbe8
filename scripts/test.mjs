import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { mustBuild } from './bundle.mjs'
import { run } from './command.mjs'
import { ensurePackages } from './packages.mjs'
import { ROOT, requireNode } from './root.mjs'
import { ensureChromium, ensureRedis } from './system.mjs'

requireNode()
await ensurePackages()
await mustBuild() // some tests start real processes
await ensureRedis()
const chromium = await ensureChromium()

const folder = mkdtempSync(join(tmpdir(), 'tailrace-results-'))
const results = join(folder, 'results.json')
const jest = join(ROOT, 'node_modules/jest/bin/jest.js')
const env = { ...process.env, ...(chromium && { CHROMIUM_PATH: chromium }) }
// Failovers of Redis take minutes: `npm run test:cluster` has them.
const left =
  env.TEST_REDIS === 'cluster' ? [] : ['--testPathIgnorePatterns', '/node_modules/', '<rootDir>/test/cluster/']
const options = ['--json', `--outputFile=${results}`, ...process.argv.slice(2), ...left]
// Each test file loads thousands of modules anew: with more room for what is short-lived, that takes a fifth less time.
const node = ['--max-semi-space-size=64']
const code = await run(process.execPath, [...node, jest, ...options], { env, stdio: ['inherit', 'ignore', 'inherit'] })
const { passed, failed, failures } = summaryOf(results)
rmSync(folder, { recursive: true })
for (const failure of failures) process.stdout.write(`Failed: ${failure}\n`)
process.stdout.write(`${passed} passed, ${failed} failed\n`)
process.exitCode = failed && code === 0 ? 1 : code

/** A file that could not be loaded, or cleaned up, counts as one failed test, as does a run without results. */
function summaryOf(file) {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, testResults } = JSON.parse(
      readFileSync(file, 'utf8'),
    )
    return {
      passed: numPassedTests,
      failed: numFailedTests + numRuntimeErrorTestSuites,
      failures: testResults.filter(({ status }) => status === 'failed').flatMap(failuresIn),
    }
  } catch (error) {
    return { passed: 0, failed: 1, failures: [`no results (${error.message})`] }
  }
}

/** In a few words, for the end of a long output. */
function failuresIn({ name, message, assertionResults }) {
  const file = relative(ROOT, name)
  const failed = assertionResults.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return [`${file}: ${firstLines(message)}`]
  return failed.map(
    ({ fullName, failureMessages }) => `${file}, ${fullName}: ${firstLines(failureMessages.join('\n'))}`,
  )
}

function firstLines(text) {
  return stripVTControlCharacters(text).replace(/\s+/g, ' ').trim().slice(0, 300)
}
