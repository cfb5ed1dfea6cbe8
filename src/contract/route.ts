import type { z } from 'zod'
import type { Role } from './access'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** What one endpoint takes and answers. The server checks requests with it, and the API document is generated from it. */
export interface Route {
  method: Method
  /** In OpenAPI form: `/api/jobs/{id}`. */
  path: `/${string}`
  /** The least role that may call it; `anyone` asks for no credential. */
  role: Role | 'anyone'
  /** One sentence for the API documentation. */
  summary: string
  params?: z.ZodType
  query?: z.ZodType
  body?: z.ZodType
  /** Largest body as it arrives; 64 KiB unless given. */
  bodyBytesMax?: number
  /** Schema of each good reply by status; null has no body. */
  replies: Readonly<Record<number, z.ZodType | null>>
}

/** The endpoints of a noun, by what they do. */
export type Routes = Readonly<Record<string, Route>>
