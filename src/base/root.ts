import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder that holds package.json: migrations and the built pages are read from there. */
export const ROOT = findRoot(__dirname)

function findRoot(from: string): string {
  return existsSync(join(from, 'package.json')) ? from : findRoot(dirname(from))
}
