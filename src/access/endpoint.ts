// Being replaced by src/api.
import type { Request, Response } from 'express'
import type { Endpoint, Principal } from '../api'
import type { z } from '../base/parse'
import type { Role } from '../contract/access'

/** What an endpoint answers; one that streams writes to `res` itself and answers nothing. */
export interface Reply {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

/** A request to an endpoint that asks for no credential. */
export interface OpenCall<P, Q, B> {
  params: P
  query: Q
  body: B
  req: Request
  res: Response
}

export interface Call<P, Q, B> extends OpenCall<P, Q, B> {
  principal: Principal
}

type Schema = z.ZodType
type Parsed<S> = S extends Schema ? z.output<S> : undefined

interface Definition<P, Q, B> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** In OpenAPI form: `/api/jobs/{id}`. */
  path: `/${string}`
  /** One sentence for the API documentation. */
  summary: string
  params?: P
  query?: Q
  body?: B
  /** Largest body as it arrives; 64 KiB unless given. */
  bodyBytesMax?: number
  /** Schema of the good answer, by status. */
  replies: Record<number, Schema | null>
}

type Guarded<P, Q, B> = Definition<P, Q, B> & { role: Role }
type Handler<C> = { handle(call: C): Promise<Reply | undefined> }

/** Defines a route with the types of its schemas; forgets them again so that routes fit into one list. */
export function endpoint<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(definition: Guarded<P, Q, B> & Handler<Call<Parsed<P>, Parsed<Q>, Parsed<B>>>): Endpoint {
  return { ...definition, unchecked: true } as unknown as Endpoint
}

/** A route that asks for no credential, such as signing in. */
export function openEndpoint<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(definition: Definition<P, Q, B> & Handler<OpenCall<Parsed<P>, Parsed<Q>, Parsed<B>>>): Endpoint {
  return { ...definition, role: 'anyone', unchecked: true } as unknown as Endpoint
}

export const ok = (body: unknown, headers?: Record<string, string>): Reply => ({
  status: 200,
  body,
  ...(headers && { headers }),
})
