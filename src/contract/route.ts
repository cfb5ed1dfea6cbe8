import type { z } from 'zod'
import type { Role } from './access'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** The requests and replies of an endpoint. The server validates requests with it, and the API document is generated from it. */
export interface Route {
  method: Method
  /** In OpenAPI form: `/api/jobs/{id}`. */
  path: `/${string}`
  /** The minimum role required; `anyone` needs no credentials. */
  role: Role | 'anyone'
  /** One sentence for the API documentation. */
  summary: string
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** An example of the body for the API documentation, valid as it is. */
  example?: unknown
  /** Maximum body size as received; default 64 KiB. */
  bodyBytesMax?: number
  /** Schema of each successful reply by status; null for no body. */
  replies: Readonly<Record<number, z.ZodType | null>>
}

/** The endpoints of a resource, by operation. */
export type Routes = Readonly<Record<string, Route>>
