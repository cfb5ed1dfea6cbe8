import type { IncomingMessage } from 'node:http'
import type { Response } from 'express'
import type { Endpoint } from '../api'
import { DEFAULT_TENANT_ID, type Principal } from '../api'
import type { Db } from '../base/db'
import { Problem } from '../base/errors'
import { newId } from '../base/ids'
import type { Part } from '../base/lifecycle'
import type { Log } from '../base/log'
import { REQUEST_TIMEOUT_MS, withTimeout } from '../base/request-timeout'
import type { RetentionTarget } from '../base/retention'
import { ensureAdminToken } from './admin-token'
import { type Audit, auditRoutes, createAudit, createAuditEvents, type EventWriter } from './audit'
import { createCredentials } from './credentials'
import { createInvitations, signInLink } from './invitations'
import { memberRoutes } from './member-routes'
import { isForeign, type RequestHead, requireSameOrigin } from './requests'
import { accessRetention } from './retention'
import { type Bus, createRevocations } from './revocations'
import { SessionCookie } from './session-cookie'
import { sessionListRoutes } from './session-list-routes'
import { renewCookie, sessionRoutes } from './session-routes'
import { createSignIn } from './sign-in'
import { createStreamSlots, type StreamSlots } from './stream-slots'
import { tenantRoutes } from './tenant-routes'
import { ensureTenant, installationId, tenantIds } from './tenant-store'
import { type CheckTopics, type TicketGrant, ticketRoutes, useTicket } from './tickets'
import { tokenRoutes } from './token-routes'
import { ensureAdmin, firstAdmin } from './user-store'
import { savedViewRoutes } from './views'

const ADMIN_EMAIL = 'admin@localhost'
const START_LINK_LIFE_MS = 15 * 60_000

export interface AccessDeps {
  db: Db
  log: Log
  bus: Bus
  /** Writes the tenant events `audit`. */
  events: EventWriter
  config: {
    cookieSecure: boolean
    publicUrl?: string | undefined
    dataDir: string
    embedded: { postgres: boolean }
    streams: { maxPerIp: number; maxPerTenant: number }
  }
  /** TAILRACE_ADMIN_TOKEN. */
  adminToken: string | undefined
  checkTopics: CheckTopics
}

/**
 * Authentication, sessions, tokens, members and tenants. `start` needs a migrated database; it creates the default
 * tenant with its admin and admin token.
 */
export interface Access extends Part {
  endpoints: Endpoint[]
  audit: Audit
  streamSlots: StreamSlots
  /** Name of the session cookie; after `start`. */
  cookieName(): string
  /**
   * The authenticated caller, by Bearer header or session cookie. Cached for 5 s: if another process ends the
   * credential and its message is lost, the credential stays valid here for that long.
   * @throws Problem 400 when the URL contains a secret, else 401
   */
  authenticate(req: RequestHead): Promise<Principal>
  /** Redeems a `?ticket=`, which then becomes invalid. @throws Problem 401 */
  useTicket(ticket: string): Promise<TicketGrant>
  /** @throws Problem 403 when a page of another origin tries to change something with the visitor's cookie */
  requireSameOrigin(req: IncomingMessage): void
  /** For WebSocket handshakes, which are GETs but must come from the same origin, unless they have a ticket. */
  isForeign(req: IncomingMessage): boolean
  /** The visitor of a page, whose session cookie is renewed; undefined when signed out. */
  visitor(req: IncomingMessage, res: Response): Promise<Principal | undefined>
  /** Calls back with the `credentialId` of every session or token that ends in any process, to close its streams. */
  onRevoked(listener: (credentialId: string) => void): void
  /** The same for every session or token whose role has changed, because its streams must be reopened. */
  onRoleChanged(listener: (credentialId: string) => void): void
  /** A one-time link that signs in the default tenant's first admin, valid for 15 minutes. It is a secret. */
  createSignInLink(baseUrl: string): Promise<string>
  tenantIds(): Promise<string[]>
  /** Expired sessions, codes and tickets; old audit records. */
  retention: RetentionTarget[]
}

export function createAccess({ db, log, bus, events, config, adminToken, checkTopics }: AccessDeps): Access {
  const auditEvents = createAuditEvents({ db, log, events })
  const audit = createAudit(db, auditEvents)
  const { cookieSecure, publicUrl } = config
  const cookie = new SessionCookie(cookieSecure)
  const credentials = createCredentials(db, cookie)
  const streamSlots = createStreamSlots(config.streams)
  const revocations = createRevocations({ db, bus, log, openStreams: streamSlots.credentials })
  revocations.onEnded(credentials.forget)
  revocations.onChanged(credentials.forget)
  const signIn = createSignIn(db, credentials, audit, DEFAULT_TENANT_ID)
  const invitations = createInvitations(signIn, publicUrl)
  const shared = { db, audit, revocations }
  return {
    name: 'access',
    endpoints: [
      ...sessionRoutes({ ...shared, credentials, signIn, cookie }),
      ...sessionListRoutes(shared),
      ...memberRoutes({ ...shared, invitations }),
      ...tokenRoutes(shared),
      ...tenantRoutes({ db, audit, invitations }),
      ...ticketRoutes(db, checkTopics),
      ...auditRoutes(db),
      ...savedViewRoutes(shared),
    ],
    audit,
    streamSlots,
    cookieName: () => cookie.name,
    authenticate: credentials.authenticate,
    useTicket: ticket => withTimeout(REQUEST_TIMEOUT_MS, () => useTicket(db, ticket)),
    requireSameOrigin: req => requireSameOrigin(req, publicUrl),
    isForeign: req => isForeign(req, publicUrl),
    async visitor(req, res) {
      const principal = await credentials.authenticate(req).catch(ignoreUnauthorized)
      if (principal) await renewCookie({ credentials, cookie }, req, res)
      return principal
    },
    onRevoked: revocations.onEnded,
    onRoleChanged: revocations.onChanged,
    async createSignInLink(baseUrl) {
      const admin = await firstAdmin(db, DEFAULT_TENANT_ID)
      if (!admin) throw new Problem(409, 'no_admin', 'The default tenant has no admin who can sign in.')
      const expiresAt = new Date(Date.now() + START_LINK_LIFE_MS)
      return signInLink(baseUrl, await signIn.createCode(admin.id, { expiresAt, createdBy: null }))
    },
    tenantIds: () => tenantIds(db),
    retention: accessRetention(db),
    async start() {
      await ensureTenant(db, { id: DEFAULT_TENANT_ID, name: 'Default' })
      cookie.setInstallation(await installationId(db, DEFAULT_TENANT_ID))
      await ensureAdmin(db, { id: newId(), tenantId: DEFAULT_TENANT_ID, email: ADMIN_EMAIL, name: 'Admin' })
      await revocations.start()
      auditEvents.start()
      const { dataDir, embedded } = config
      const options = { tenantId: DEFAULT_TENANT_ID, dataDir, setting: adminToken, ownDatabase: embedded.postgres }
      revocations.announceEnded(await ensureAdminToken({ db, log, ...options }))
    },
    async stop() {
      revocations.stop()
      auditEvents.stop()
    },
  }
}

function ignoreUnauthorized(error: unknown): undefined {
  if (error instanceof Problem && error.status === 401) return undefined
  throw error
}
