import type { Routes } from './route'

export const hostRoutes = {} as const satisfies Routes
