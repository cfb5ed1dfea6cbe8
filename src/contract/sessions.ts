import type { Routes } from './route'

export const sessionRoutes = {} as const satisfies Routes
