import type { Routes } from './route'

export const packRoutes = {} as const satisfies Routes
