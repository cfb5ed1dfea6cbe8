import type { Routes } from './route'

export const retentionRoutes = {} as const satisfies Routes
