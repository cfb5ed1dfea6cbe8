import { readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/** Stops what global-setup.ts started. @throws Error if a reply, event or row differed from its schema in any test */
export default async function tearDown() {
  await globalThis.testChromium?.stop()
  await globalThis.testServers?.stop()
  const { CONTRACT_CHECK_FILE: file = '', TEST_POSTGRES_DATA: copy } = process.env
  const mismatches = [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))]
  rmSync(dirname(file), { recursive: true })
  if (copy) rmSync(copy, { recursive: true })
  if (mismatches.length) throw new Error(`The contract was broken:\n${mismatches.join('\n')}`)
}
