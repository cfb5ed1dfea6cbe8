import type { RobotsReport } from '../../contract/crawl-tools'
import { type RobotsFile, robotsOf } from '../robots/read-robots'
import type { Robots } from '../robots/robots'

type Summary = Omit<RobotsReport, 'text' | 'verdicts'>

/**
 * What people see of a robots.txt.
 * @param token see `productToken`
 */
export function robotsReportOf(file: RobotsFile, token: string): { robots: Robots; summary: Summary } {
  const robots = robotsOf(file, token)
  const summary = {
    outcome: file.outcome,
    detail: file.detail,
    agents: [...robots.agents],
    crawl_delay_seconds: robots.crawlDelaySeconds,
    sitemaps: [...robots.sitemaps],
    problems: [...robots.problems],
  }
  return { robots, summary }
}
