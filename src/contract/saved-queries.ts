import type { Routes } from './route'

export const savedQueryRoutes = {} as const satisfies Routes
