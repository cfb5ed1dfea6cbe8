import { PAGES, type PageInfo } from '../src/contract/pages'
import { isAdmin } from './session'

/** Title, path, role and so on of a page. */
export const pageInfo = (name: string): PageInfo | undefined => PAGES.find(page => page.name === name)

/** Whether menus show the page to the signed-in user. */
export const canOpen = ({ role }: PageInfo) => role !== 'admin' || isAdmin.value

/** The pages with an entry in the navigation. */
export const navigationPages: PageInfo[] = PAGES.filter((page: PageInfo) => page.area === page.name)
