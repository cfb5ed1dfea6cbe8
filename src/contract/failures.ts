import type { Routes } from './route'

export const failureRoutes = {} as const satisfies Routes
