import { mkdir, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { join, resolve } from 'node:path'
import { codeOf } from './failure'

/** The limit of a Unix socket's path (unix(7)). */
const PATH_BYTES_MAX = 107

interface Given {
  data?: string | undefined
  env: Record<string, string | undefined>
  uid: number
}

/** Where the agent keeps its key, its journal and its spool. */
export function folderOf({ data, env, uid }: Given): string {
  if (data) return resolve(data)
  if (uid === 0) return '/var/lib/tailrace-agent'
  return join(env.XDG_STATE_HOME || join(env.HOME || '.', '.local/state'), 'tailrace-agent')
}

/**
 * Makes the folder, and sees to it that no second agent uses it: also not one in another container, where process numbers
 * say nothing. @returns what lets go of it. @throws Error if another agent uses it
 */
export async function takeFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'lock')
  if (Buffer.byteLength(path) > PATH_BYTES_MAX) throw new Error(`The path of the data folder is too long: ${folder}`)
  const server = (await listen(path)) ?? ((await isAlive(path)) ? undefined : await listenAgain(path))
  if (!server) throw new Error(`Another agent uses the data folder ${folder}. Give this one its own with --data.`)
  return async () => {
    await new Promise(done => server.close(done))
  }
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer(socket => socket.destroy())
    server.unref()
    server.once('error', error => (codeOf(error) === 'EADDRINUSE' ? done(undefined) : fail(error)))
    server.listen(path, () => done(server))
  })
}

/** What a killed agent has left answers nobody. */
async function listenAgain(path: string): Promise<Server | undefined> {
  await rm(path, { force: true })
  return listen(path)
}

function isAlive(path: string): Promise<boolean> {
  return new Promise(done => {
    const socket = connect(path)
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
    socket.once('connect', () => socket.destroy())
  })
}
