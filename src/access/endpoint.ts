import type { Request, Response } from 'express'
import type { z } from '../base/parse'
import type { Principal, Role } from './principal'

/** What an endpoint answers; one that streams writes to `res` itself and answers nothing. */
export interface Reply {
  status: number
  body?: unknown
  headers?: Record<string, string>
}

export interface Call<P, Q, B> {
  principal: Principal
  params: P
  query: Q
  body: B
  req: Request
  res: Response
}

type Schema = z.ZodType
type Parsed<S> = S extends Schema ? z.output<S> : undefined

interface Definition<P, Q, B> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** In OpenAPI form: `/api/jobs/{id}`. */
  path: string
  role: Role
  /** One sentence for the API documentation. */
  summary: string
  params?: P
  query?: Q
  body?: B
  /** Schema of the good answer, by status. */
  replies: Record<number, Schema | null>
}

/** One route: its schemas validate requests and generate the OpenAPI document. */
export interface Endpoint extends Definition<Schema, Schema, Schema> {
  handle(call: Call<unknown, unknown, unknown>): Promise<Reply | undefined>
}

/** Defines a route with the types of its schemas; forgets them again so that routes fit into one list. */
export function endpoint<
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(
  definition: Definition<P, Q, B> & { handle(call: Call<Parsed<P>, Parsed<Q>, Parsed<B>>): Promise<Reply | undefined> },
): Endpoint {
  return definition as unknown as Endpoint
}

export const ok = (body: unknown, headers?: Record<string, string>): Reply => ({
  status: 200,
  body,
  ...(headers && { headers }),
})
