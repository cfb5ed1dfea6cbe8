import type { z } from 'zod'
import type { agentMetricsRoutes } from './agent-metrics'
import type { agentRoutes, agentTokenRoutes } from './agents'
import type { alertRouteRoutes } from './alert-routes'
import type { alertRoutes } from './alerts'
import type { auditRoutes } from './audit'
import type { carveRoutes } from './carves'
import type { commandRoutes, containerRoutes } from './containers'
import type { crawlPageRoutes } from './crawl-pages'
import type { crawlReportRoutes } from './crawl-reports'
import type { crawlToolRoutes } from './crawl-tools'
import type { crawlRoutes } from './crawls'
import type { enrollSecretRoutes } from './enroll-secrets'
import type { failureRoutes } from './failures'
import type { hostRoutes } from './hosts'
import type { incidentRoutes } from './incidents'
import type { jobRoutes } from './jobs'
import type { kindRoutes } from './kinds'
import type { labelRoutes } from './labels'
import type { logRoutes } from './logs'
import type { memberRoutes } from './members'
import type { monitorHistoryRoutes } from './monitor-history'
import type { monitorImportRoutes } from './monitor-import'
import type { ruleRoutes } from './monitor-rules'
import type { monitorRoutes } from './monitors'
import type { packRoutes } from './packs'
import type { queryRoutes } from './queries'
import type { queueRoutes } from './queues'
import type { notificationRoutes, receiverRoutes } from './receivers'
import type { retentionRoutes } from './retention'
import type { Method } from './route'
import type { savedQueryRoutes } from './saved-queries'
import type { savedViewRoutes } from './saved-views'
import type { scheduledResultRoutes } from './scheduled-results'
import type { scheduleRoutes } from './schedules'
import type { sessionRoutes } from './sessions'
import type { maintenanceRoutes, silenceRoutes } from './silences'
import type { statusPageRoutes } from './status-pages'
import type { streamRoutes } from './streams'
import type { tenantRoutes } from './tenants'
import type { ticketRoutes } from './tickets'
import type { tokenRoutes } from './tokens'

type In<Table> = Table[keyof Table]

/** Every endpoint of the API. */
export type ApiRoute =
  | In<typeof agentMetricsRoutes>
  | In<typeof agentRoutes>
  | In<typeof agentTokenRoutes>
  | In<typeof auditRoutes>
  | In<typeof carveRoutes>
  | In<typeof commandRoutes>
  | In<typeof containerRoutes>
  | In<typeof crawlPageRoutes>
  | In<typeof crawlReportRoutes>
  | In<typeof crawlRoutes>
  | In<typeof crawlToolRoutes>
  | In<typeof enrollSecretRoutes>
  | In<typeof failureRoutes>
  | In<typeof hostRoutes>
  | In<typeof jobRoutes>
  | In<typeof kindRoutes>
  | In<typeof labelRoutes>
  | In<typeof logRoutes>
  | In<typeof memberRoutes>
  | In<typeof monitorHistoryRoutes>
  | In<typeof monitorImportRoutes>
  | In<typeof monitorRoutes>
  | In<typeof packRoutes>
  | In<typeof queryRoutes>
  | In<typeof queueRoutes>
  | In<typeof retentionRoutes>
  | In<typeof ruleRoutes>
  | In<typeof savedQueryRoutes>
  | In<typeof savedViewRoutes>
  | In<typeof scheduledResultRoutes>
  | In<typeof scheduleRoutes>
  | In<typeof sessionRoutes>
  | In<typeof statusPageRoutes>
  | In<typeof streamRoutes>
  | In<typeof tenantRoutes>
  | In<typeof ticketRoutes>
  | In<typeof alertRouteRoutes>
  | In<typeof alertRoutes>
  | In<typeof incidentRoutes>
  | In<typeof maintenanceRoutes>
  | In<typeof notificationRoutes>
  | In<typeof receiverRoutes>
  | In<typeof silenceRoutes>
  | In<typeof tokenRoutes>

/** Endpoints of a method, by path. */
type ByPath<M extends Method> = { [R in Extract<ApiRoute, { method: M }> as R['path']]: R }

/** Paths that support a method. */
export type PathOf<M extends Method> = keyof ByPath<M>
export type RouteAt<M extends Method, P extends PathOf<M>> = ByPath<M>[P]

type Input<R, Part extends string> = R extends Record<Part, infer S extends z.ZodType> ? z.input<S> : unknown
/** Query parameters are text, from which the server parses numbers and flags. */
type AsQuery<Fields> = { [Name in keyof Fields]: Fields[Name] | string | number | boolean }
type Body<R> = R extends { body: infer S extends z.ZodType }
  ? undefined extends z.input<S>
    ? { body?: z.input<S> }
    : { body: z.input<S> }
  : unknown

/** What a client sends: path and query parameters in one object, and the body. */
export type RequestOf<R> = Input<R, 'params'> & AsQuery<Input<R, 'query'>> & Body<R>

/** What a client gets on success; null without a body. */
export type ReplyOf<R> = R extends { replies: infer Replies } ? Parsed<In<Replies>> : never
type Parsed<S> = S extends z.ZodType ? z.output<S> : null

/** A method of a client. The request may be omitted if all of its parts are optional. */
export type Send<M extends Method> = <P extends PathOf<M>>(
  path: P,
  ...request: Arguments<RequestOf<RouteAt<M, P>> & { headers?: Record<string, string> }>
) => Promise<ReplyOf<RouteAt<M, P>>>
type Arguments<Request> = Record<string, never> extends Request ? [request?: Request] : [request: Request]
