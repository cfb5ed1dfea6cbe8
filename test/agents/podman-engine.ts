import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { EngineClient } from '../../agent/engine'
import { eventually } from '../support/programs'

const run = promisify(execFile)
const BUSYBOX = '/bin/busybox'
const APPLETS = ['sh', 'sleep', 'echo', 'cat', 'true']
/** Neither cgroups of systemd nor networks nor a journal, so that it runs in containers, too. */
const CONFIGURATION = `[containers]
netns="none"
log_driver="k8s-file"
[engine]
runtime="runc"
cgroup_manager="cgroupfs"
events_logger="file"
`
/** Raising limits is not permitted in all places. */
const LIMITS = ['--ulimit', 'nofile=1024:20000', '--ulimit', 'nproc=1000:1000', '--network', 'none']

/** A real Podman of its own, with an image of busybox. */
export class PodmanEngine {
  #service: ChildProcess | undefined

  private constructor(readonly folder: string) {}

  /** @returns why it cannot run here instead */
  static async start(): Promise<PodmanEngine | string> {
    if (process.getuid?.() !== 0) return 'it needs root'
    if (!existsSync(BUSYBOX)) return 'there is no static busybox'
    const engine = new PodmanEngine(await mkdtemp(join(tmpdir(), 'podman-')))
    try {
      await engine.#prepare()
      return engine
    } catch (error) {
      await engine.stop()
      return `podman does not work: ${error instanceof Object && 'message' in error ? error.message : error}`
    }
  }

  get socket(): string {
    return join(this.folder, 'podman.sock')
  }

  async create(name: string, script: string, ...options: string[]): Promise<void> {
    await this.#podman('create', '--name', name, ...LIMITS, ...options, 'local/busy', '/bin/sh', '-c', script)
  }

  async start(name: string): Promise<void> {
    await this.#podman('start', name)
  }

  async stop(): Promise<void> {
    await this.#podman('rm', '--all', '--force', '--time', '0').catch(() => undefined) // if it does not work at all
    if (this.#service?.kill()) await once(this.#service, 'exit')
    // Podman's processes that clean up after each container run on by themselves.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }

  async #prepare(): Promise<void> {
    const bin = join(this.folder, 'tree/bin')
    await mkdir(bin, { recursive: true })
    await copyFile(BUSYBOX, join(bin, 'busybox'))
    for (const name of APPLETS) await symlink('busybox', join(bin, name))
    await writeFile(join(this.folder, 'containers.conf'), CONFIGURATION)
    const image = join(this.folder, 'image.tar')
    await run('tar', ['-C', join(this.folder, 'tree'), '-cf', image, '.'])
    await this.#podman('import', image, 'local/busy')
    await this.create('probe', 'true')
    await this.start('probe')
  }

  /** From now on its API answers. Containers are created before: the program and the service may wait for each other for ever. */
  async serve(): Promise<void> {
    const args = [...this.#places(), 'system', 'service', '--time=0', `unix://${this.socket}`]
    this.#service = spawn('podman', args, { env: this.#env(), stdio: 'ignore' })
    const client = new EngineClient(this.socket)
    const { signal } = new AbortController()
    const answers = () =>
      client.version(signal).then(
        () => true,
        () => false,
      )
    await eventually(async () => existsSync(this.socket) && (await answers()), 'Podman answers')
  }

  async #podman(...args: string[]): Promise<void> {
    await run('podman', [...this.#places(), ...args], { env: this.#env() })
  }

  #places(): string[] {
    const folders = ['--root', join(this.folder, 'root'), '--runroot', join(this.folder, 'run')]
    return ['--runtime', 'runc', '--storage-driver', 'vfs', ...folders]
  }

  #env() {
    return { PATH: process.env.PATH ?? '', HOME: this.folder, CONTAINERS_CONF: join(this.folder, 'containers.conf') }
  }
}
