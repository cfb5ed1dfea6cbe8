import { createBullBoard } from '@bull-board/api'
import type { BeforeHook } from '@bull-board/api/typings/app'
import type { Request, RequestHandler } from 'express'
import type { Audit } from '../../access'
import { may, type Principal, runsInstallation } from '../../api'
import type { Db } from '../../base/db'
import { Problem } from '../../base/errors'
import { changeError, outcomeUnknown, runRequest } from '../../base/request-timeout'
import type { Role } from '../../contract/access'
import type { Jobs } from '../actions/jobs'
import type { Engine } from '../engine/engine'
import type { QueueControl } from '../queues/queue-control'
import { act } from './actions'
import { PageAdapter } from './page-adapter'
import { ShownQueue, withoutSecrets } from './shown-queue'

const PATH = '/admin/queues'
const PAGE_JOBS_MAX = 100
const POLL_SECONDS = 10

export interface BoardDeps {
  db: Db
  engine: Engine
  jobs: Jobs
  queueControl: QueueControl
  audit: Audit
  authenticate(req: Request): Promise<Principal>
}

/**
 * Bull Board at /admin/queues. BullMQ's queues hold the jobs of every tenant, so the board is only for users of the
 * default tenant, who run the installation: operators can read, admins can also write. Writes go through our own API
 * (see actions.ts) and never reach Bull Board's own routes.
 */
export function createBoard(deps: BoardDeps) {
  const boards = { read: page(deps, true), act: page(deps, false) }
  const handler: RequestHandler = async (req, res, next) => {
    const principal = await deps.authenticate(req)
    if (!runsInstallation(principal)) throw new Problem(403, 'forbidden', NOT_INSTALLATION)
    const board = may(principal, 'admin') ? boards.act : boards.read
    if (req.method === 'GET' || req.method === 'HEAD') return board(req, res, next)
    try {
      await actWithinTimeout(() => act(deps, principal, req.method, req.path))
      res.status(204).end()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      // The page shows the text in `error`.
      res.status(error.status).set(error.headers).json({ error: error.detail, code: error.code })
    }
  }
  const roles: { read: Role; write: Role } = { read: 'operator', write: 'admin' }
  return { path: PATH, roles, handler, csp: { 'style-src': ["'self'", "'unsafe-inline'"], 'base-uri': ["'self'"] } }
}

/** Limits how long a write may take, and answers whether it was done. */
const actWithinTimeout = (work: () => Promise<void>) =>
  runRequest(
    request =>
      work().catch(error => {
        throw changeError(error, request)
      }),
    { isUnavailable: async () => true, giveUp: outcomeUnknown },
  )

const NOT_INSTALLATION =
  'Bull Board shows the jobs of all tenants, so only users who run this installation may open it. Yours are on /queue.'

function page({ engine, db }: BoardDeps, readOnly: boolean): RequestHandler {
  const serverAdapter = new PageAdapter().setBasePath(PATH)
  createBullBoard({
    queues: [...engine.queues.values()].map(queue => new ShownQueue(queue, { readOnly, db })),
    serverAdapter,
    options: {
      uiConfig: {
        boardTitle: 'Tailrace',
        hideDocsLink: true,
        miscLinks: [{ text: 'Queues and jobs', url: '/jobs' }],
        showWorkers: false, // CLIENT LIST for every queue at every poll
        pollingInterval: { showSetting: false, forceInterval: POLL_SECONDS },
        sortQueues: true,
      },
      handlerHooks: {
        before: limitPage,
        after: (_context, answer) => ({ ...answer, body: withoutSecrets(answer.body) }),
      },
    },
  })
  return serverAdapter.getRouter()
}

const limitPage: BeforeHook = ({ request }) => {
  const { jobsPerPage } = request.query
  if (Number(jobsPerPage) > PAGE_JOBS_MAX) request.query = { ...request.query, jobsPerPage: String(PAGE_JOBS_MAX) }
}
