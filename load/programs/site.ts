import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { generatedPage } from './generated-page'
import { measures } from './measures'
import { answer } from './questions'

const TYPES: Record<string, string> = { '.html': 'text/html', '.css': 'text/css', '.png': 'image/png' }

/** Files of the site by path; empty if it is generated. */
const files = new Map<string, Buffer>()
let generated = 0
let answered = 0

const server = createServer(({ url: path = '' }, res) => {
  answered++
  const body = files.get(path) ?? generatedPage(path, generated)
  if (body === undefined) return void res.writeHead(404).end()
  res.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(body)
})

/** A plain web server in a process of its own. It has no robots.txt. */
const questions = {
  /** Serves the files of a folder. @returns its address */
  serveFolder: async ({ folder }: { folder: string }) => {
    for (const name of await readdir(folder)) files.set(`/${name}`, await readFile(join(folder, name)))
    return listen()
  },
  /** Serves pages with random links. @returns its address */
  serveGenerated: ({ pages }: { pages: number }) => {
    generated = pages
    return listen()
  },
  answered: () => answered,
  ...measures,
}

export type SiteQuestions = typeof questions

async function listen(): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

answer(questions)
