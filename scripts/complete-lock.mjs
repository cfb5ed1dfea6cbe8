import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, say } from './root.mjs'

/**
 * Adds optional packages of other platforms that npm left out of package-lock.json. npm omits packages that the registry in use
 * does not offer, and "npm ci" then rejects the file everywhere. Run this after "npm install".
 * With --check, the exit code tells whether that is needed.
 */
const FILE = join(ROOT, 'package-lock.json')
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openbsd', 'netbsd', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

const lock = JSON.parse(readFileSync(FILE, 'utf8'))
const added = []
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isPresent(path, name)) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(entry.dev && { dev: true }),
      ...platformOf(name),
      optional: true,
    }
    added.push(name)
  }
}
if (process.argv.includes('--check')) process.exit(added.length ? 1 : 0)

const root = lock.packages['']
const sorted = Object.entries(lock.packages).filter(([path]) => path !== '')
sorted.sort(([a], [b]) => a.localeCompare(b, 'en'))
lock.packages = { '': root, ...Object.fromEntries(sorted) }
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`)
say(added.length ? `Added ${added.join(', ')}.` : 'package-lock.json is complete.')

/** Node searches the package's own folder first, then its parents. */
function isPresent(path, name) {
  const parts = path.split('/node_modules/')
  for (let depth = parts.length; depth > 0; depth--) {
    if (`${parts.slice(0, depth).join('/node_modules/')}/node_modules/${name}` in lock.packages) return true
  }
  return `node_modules/${name}` in lock.packages
}

/** Platform packages name their platform: `linux-arm64-musl`, `win32-x64-msvc`. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-')
  const os = SYSTEMS.filter(each => words.includes(each))
  const cpu = PROCESSORS.filter(each => words.includes(each))
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') && os[0] === 'linux' ? ['glibc'] : []
  return {
    ...(os.length && { os }),
    ...(cpu.length && { cpu: cpu.slice(0, 1) }),
    ...(libc.length && { libc }),
  }
}
