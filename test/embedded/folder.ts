import { execFileSync } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createRedis, whenReady } from '../../src/base/redis'
import { newDataFolder } from '../support/data-folder'
import { quietLog } from '../support/parts'
import { compileProgram, type Program, startProgram } from '../support/programs'
import { copyPostgres, removeDataDir } from '../support/servers'

/** Data folders and the processes that use them; `clean` stops and removes all of them. */
export class Workbench {
  private readonly folders: string[] = []
  private readonly programs: Program[] = []
  private holder = ''

  async prepare() {
    this.holder = await compileProgram('test/embedded/holder.ts')
  }

  /** Creates a folder, by default one that others can pass through. */
  async folder(mode = 0o711): Promise<string> {
    const folder = await newDataFolder(mode)
    this.folders.push(folder)
    return folder
  }

  /** A folder as an earlier run left it, for tests that are not about the first run; `names` are folders in it. */
  async usedFolder(...names: string[]): Promise<string> {
    const folder = join(await this.folder(), ...names)
    await mkdir(folder, { recursive: true, mode: 0o711 })
    const source = process.env.TEST_POSTGRES_DATA
    if (source) await copyPostgres(source, folder)
    else await this.runOnce(folder)
    return folder
  }

  private async runOnce(dataDir: string) {
    await this.prepare()
    const program = this.start(dataDir)
    await program.ready
    program.process.kill('SIGTERM')
    await program.ended
  }

  /** Starts the private servers on `dataDir` in a separate process. */
  start(dataDir: string, env: Record<string, string> = {}, user: { uid?: number; gid?: number } = {}): Program {
    const program = startProgram([process.execPath, this.holder], { DATA_DIR: dataDir, ...env }, user)
    this.programs.push(program)
    return program
  }

  async clean() {
    for (const { process, ended } of this.programs.splice(0)) {
      process.kill('SIGTERM')
      await ended
    }
    for (const folder of this.folders.splice(0)) await removeDataDir(folder)
  }
}

/** The pids of both servers of a running process. */
export async function serverPids(dataDir: string): Promise<{ redis: number; postgres: number }> {
  const note = await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8')
  const facts = await withRedis(join(dataDir, 'redis/redis.sock'), client => client.info('server'))
  return { postgres: Number.parseInt(note, 10), redis: Number(/process_id:(\d+)/.exec(facts)?.[1]) }
}

type Client = ReturnType<ReturnType<typeof createRedis>['connect']>

/** Opens a short connection to the Redis on `socket`. */
export async function withRedis<T>(socket: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = createRedis({ url: `unix://${socket}`, prefix: 'test', log: quietLog }).connect('command')
  try {
    await whenReady(client, 60_000)
    return await use(client)
  } finally {
    client.disconnect()
  }
}

/** All processes of this machine whose command line names `folder`. */
export function processesNaming(folder: string): string[] {
  const all = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
  return all.split('\n').filter(line => line.includes(folder))
}
