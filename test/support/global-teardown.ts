import { readFileSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/** Ends what global-setup.ts has started. @throws Error when a reply or a row differed from its schema in any test */
export default async function tearDown() {
  await globalThis.testServers?.stop()
  const file = process.env.CONTRACT_CHECK_FILE ?? ''
  const mismatches = [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))]
  rmSync(dirname(file), { recursive: true })
  if (mismatches.length) throw new Error(`The contract was broken:\n${mismatches.join('\n')}`)
}
