import type { Routes } from './route'

export const kindRoutes = {} as const satisfies Routes
