import { PAGES, type PageInfo, type PageName } from '../src/contract/pages'
import { isAdmin, isOperator, runsInstallation } from './session'

type Page = PageInfo & { name: PageName }

/** Title, address, role and so on of a page. */
export const pageInfo = (name: string): Page | undefined => PAGES.find(page => page.name === name)

const HAS_ROLE = { operator: isOperator, admin: isAdmin, installation: runsInstallation }

/** Whether the page is listed for whoever is signed in. */
export const mayOpen = ({ role }: PageInfo) => role === undefined || HAS_ROLE[role].value

/** The pages with an entry in the sidebar. */
export const listedPages: readonly Page[] = PAGES.filter((page: PageInfo) => page.section !== undefined)
