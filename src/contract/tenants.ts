import type { Routes } from './route'

export const tenantRoutes = {} as const satisfies Routes
