/** The entries of the rail, as data: an entry is added here on the day its page works. */
import {
  AimOutlined,
  FileTextOutlined,
  FlagOutlined,
  HomeOutlined,
  LineChartOutlined,
  TeamOutlined,
} from "@ant-design/icons";
import type { ReactNode } from "react";

export interface Entry {
  path: "/" | "/goals" | "/campaigns" | "/audiences" | "/contents" | "/results";
  label:
    | "shell.home"
    | "shell.goals"
    | "shell.campaigns"
    | "shell.customers"
    | "shell.contents"
    | "shell.results";
  /** Where there is little room: four Chinese characters do not fit under an icon. */
  short?: "shell.goalsShort";
  icon: ReactNode;
  /** Only where there is room: the bar of a phone has five entries, and this one stands under "more". */
  wide?: true;
  /** Other addresses that belong to this entry. */
  also: string[];
}

export const entries: Entry[] = [
  { path: "/", label: "shell.home", icon: <HomeOutlined />, also: [] },
  { path: "/goals", label: "shell.goals", short: "shell.goalsShort", icon: <AimOutlined />, also: [] },
  {
    path: "/campaigns",
    label: "shell.campaigns",
    icon: <FlagOutlined />,
    also: ["/calendar", "/playbooks", "/journeys", "/coupons"],
  },
  {
    path: "/audiences",
    label: "shell.customers",
    icon: <TeamOutlined />,
    also: ["/people", "/tags", "/signals", "/data", "/leads", "/deals", "/tickets", "/tasks", "/approvals"],
  },
  { path: "/contents", label: "shell.contents", icon: <FileTextOutlined />, wide: true, also: ["/pictures"] },
  { path: "/results", label: "shell.results", icon: <LineChartOutlined />, also: [] },
];

export function entryAt(pathname: string): Entry | undefined {
  return entries.find(({ path, also }) =>
    path === "/" ? pathname === "/" : [path, ...also].some((each) => pathname.startsWith(each)),
  );
}
