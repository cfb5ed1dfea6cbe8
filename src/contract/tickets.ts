import { z } from 'zod'
import { plainText, time } from './fields'
import type { Routes } from './route'

const TOPICS_MAX = 50

export const ticketRoutes = {
  create: {
    method: 'post',
    path: '/api/tickets',
    role: 'viewer',
    summary:
      'Creates a one-time ticket that opens a WebSocket or a stream of server-sent events (`?ticket=`) from another site within 30 seconds.',
    body: z.strictObject({ topics: z.array(plainText(200)).min(1).max(TOPICS_MAX) }),
    example: { topics: ['events'] },
    replies: { 201: z.object({ ticket: z.string(), expires_at: time }) },
  },
} as const satisfies Routes
