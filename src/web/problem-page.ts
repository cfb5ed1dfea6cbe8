import { readFile } from 'node:fs/promises'
import { STATUS_CODES } from 'node:http'
import { join } from 'node:path'
import type { Request, Response } from 'express'
import { escapeHtml } from '../../text/html'
import type { Problem } from '../base/errors'

/** Whether a browser is opening a page, rather than a program or a page's script making a request. */
export const wantsHtml = (req: Request) =>
  req.method === 'GET' && !req.path.startsWith('/api/') && (req.get('accept') ?? '').includes('text/html')

const TITLES: Record<number, string> = {
  403: 'Not allowed',
  404: 'Page not found',
  503: 'Temporarily unavailable',
}

/**
 * A problem as a page in the look of the console. It needs no script and no session.
 * @param publicDir has the built pages
 */
export async function sendProblemPage(
  res: Response,
  { status, detail, headers }: Problem,
  publicDir: string,
): Promise<void> {
  const title = TITLES[status] ?? STATUS_CODES[status] ?? 'Error'
  res
    .status(status)
    .set({ 'Cache-Control': 'no-store', ...headers })
    .type('html')
    .send(pageOf(title, detail, await stylesheetOf(publicDir)))
}

/** The `link` of the built pages, whose file name changes with its content; `''` if they are not built. */
async function stylesheetOf(publicDir: string): Promise<string> {
  const index = await readFile(join(publicDir, 'index.html'), 'utf8').catch(() => '')
  return /<link rel="stylesheet"[^>]*>/.exec(index)?.[0] ?? ''
}

const pageOf = (title: string, detail: string, stylesheet: string) => `<!doctype html>
<html lang="en" data-theme="auto">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${escapeHtml(title)} · Tailrace</title>
    <link rel="icon" href="/icon.svg" type="image/svg+xml" />
    ${stylesheet}
  </head>
  <body>
    <main class="sign-in">
      <img src="/icon.svg" alt="" width="44" height="44" />
      <h1>${escapeHtml(title)}</h1>
      <p>${escapeHtml(detail)}</p>
      <p><a class="button" href="/">Go to the overview</a></p>
    </main>
  </body>
</html>
`
