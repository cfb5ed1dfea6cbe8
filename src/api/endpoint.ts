import type { Request, Response } from 'express'
import type { z } from '../base/parse'
import type { Route } from '../contract/route'
import type { Principal } from './principal'

type Parsed<S> = S extends z.ZodType ? z.output<S> : undefined

/** A request that was authenticated and validated. */
export type Call<R extends Route> = {
  params: Parsed<R['params']>
  query: Parsed<R['query']>
  body: Parsed<R['body']>
  req: Request
  res: Response
} & (R['role'] extends 'anyone' ? unknown : { principal: Principal })

/** A value before serialization to JSON: a time may still be a `Date`. */
type Sendable<T> = T extends string
  ? string extends T
    ? T | Date
    : T
  : T extends object
    ? { [Field in keyof T]: Sendable<T[Field]> }
    : T

type Headers = Record<string, string>

/** A successful reply of a route: one of its statuses with the matching body. */
export type Reply<R extends Route = Route> = {
  [Status in keyof R['replies'] & number]: R['replies'][Status] extends z.ZodType
    ? { status: Status; body: Sendable<z.input<R['replies'][Status]>>; headers?: Headers | undefined }
    : { status: Status; body?: undefined; headers?: Headers | undefined }
}[keyof R['replies'] & number]

/** A route with its handler. Types are erased so that all endpoints fit in one list. */
export interface Endpoint extends Route {
  handle(call: AnyCall): Promise<AnyReply | undefined>
}

export interface AnyCall {
  params: unknown
  query: unknown
  body: unknown
  req: Request
  res: Response
  principal: Principal | undefined
}

export interface AnyReply {
  status: number
  body?: unknown
  headers?: Headers | undefined
}

/**
 * Combines a route of the contract with its handler.
 * @param handle returns undefined if it has written to `res` itself
 */
export const endpoint = <const R extends Route>(
  route: R,
  handle: (call: Call<R>) => Promise<Reply<R> | undefined>,
): Endpoint => ({ ...route, handle: handle as unknown as Endpoint['handle'] })

export const ok = <Body>(body: Body, headers?: Headers) => ({ status: 200 as const, body, headers })
export const created = <Body>(body: Body) => ({ status: 201 as const, body })
/** The request was accepted and is being processed by a job. */
export const accepted = <Body>(body: Body, headers?: Headers) => ({ status: 202 as const, body, headers })
export const noContent = () => ({ status: 204 as const })
