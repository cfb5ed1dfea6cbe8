import type { Routes } from './route'

export const auditRoutes = {} as const satisfies Routes
