import type { Routes } from './route'

export const streamRoutes = {} as const satisfies Routes
