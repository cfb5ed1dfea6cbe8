import type { Routes } from './route'

export const jobRoutes = {} as const satisfies Routes
