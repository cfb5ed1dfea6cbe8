import type { Routes } from './route'

export const ticketRoutes = {} as const satisfies Routes
