import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The folder of package.json, which holds the migrations and the built pages. */
export const ROOT = findRoot(__dirname)

function findRoot(from: string): string {
  return existsSync(join(from, 'package.json')) ? from : findRoot(dirname(from))
}
