import { PAGES, type PageInfo } from '../src/contract/pages'
import { isAdmin } from './session'

/** Title, address, role and so on of a page. */
export const pageInfo = (name: string): PageInfo | undefined => PAGES.find(page => page.name === name)

/** Whether the page is shown in menus to whoever is signed in. */
export const mayOpen = ({ role }: PageInfo) => role !== 'admin' || isAdmin.value

/** The pages with an entry in the navigation. */
export const navigationPages: PageInfo[] = PAGES.filter((page: PageInfo) => page.area === page.name)
