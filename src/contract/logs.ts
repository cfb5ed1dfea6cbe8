import type { Routes } from './route'

export const logRoutes = {} as const satisfies Routes
