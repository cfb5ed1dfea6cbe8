import {
  Bookmark,
  CalendarClock,
  CircleAlert,
  CircleDot,
  Cpu,
  FileDown,
  type IconNode,
  KeyRound,
  Layers,
  LayoutDashboard,
  ListChecks,
  Package,
  ScrollText,
  Server,
  ShieldCheck,
  SquareTerminal,
  Tag,
  Ticket,
  Timer,
  Users,
} from 'lucide'
import { Icon } from '../components/icon'

/** By the name of the page. */
const ICONS: Record<string, IconNode | undefined> = {
  dashboard: LayoutDashboard,
  jobs: ListChecks,
  queues: Layers,
  schedules: CalendarClock,
  errors: CircleAlert,
  workers: Cpu,
  hosts: Server,
  queries: SquareTerminal,
  'saved-queries': Bookmark,
  packs: Package,
  labels: Tag,
  files: FileDown,
  'enroll-secrets': KeyRound,
  members: Users,
  tokens: Ticket,
  audit: ShieldCheck,
  retention: Timer,
  logs: ScrollText,
}

export const PageIcon = ({ page }: { page: string }) => <Icon of={ICONS[page] ?? CircleDot} />
