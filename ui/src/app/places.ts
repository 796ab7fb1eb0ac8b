/** Pages and actions that the search knows by their names, in the words that the pages themselves use. */
export interface Place {
  path: string;
  label:
    | "shell.home"
    | "shell.goals"
    | "shell.campaigns"
    | "calendar.title"
    | "journey.listTitle"
    | "coupon.listTitle"
    | "playbook.title"
    | "shell.customers"
    | "signal.listTitle"
    | "tag.listTitle"
    | "shell.contents"
    | "asset.title"
    | "shell.results"
    | "board.listTitle"
    | "data.title"
    | "settings.title"
    | "settings.limits"
    | "settings.approvals"
    | "settings.signIn";
}

export interface Deed {
  /** An address, or what is opened where one is. */
  to: string | "import";
  label:
    | "search.do.goal"
    | "search.do.audience"
    | "search.do.journey"
    | "search.do.content"
    | "search.do.board"
    | "search.do.signal"
    | "import.open";
}

export const places: Place[] = [
  { path: "/", label: "shell.home" },
  { path: "/goals", label: "shell.goals" },
  { path: "/campaigns", label: "shell.campaigns" },
  { path: "/calendar", label: "calendar.title" },
  { path: "/journeys", label: "journey.listTitle" },
  { path: "/coupons", label: "coupon.listTitle" },
  { path: "/playbooks", label: "playbook.title" },
  { path: "/audiences", label: "shell.customers" },
  { path: "/signals", label: "signal.listTitle" },
  { path: "/tags", label: "tag.listTitle" },
  { path: "/contents", label: "shell.contents" },
  { path: "/pictures", label: "asset.title" },
  { path: "/results", label: "shell.results" },
  { path: "/results/dashboards", label: "board.listTitle" },
  { path: "/data", label: "data.title" },
  { path: "/settings", label: "settings.title" },
  { path: "/settings/limits", label: "settings.limits" },
  { path: "/settings/approvals", label: "settings.approvals" },
  { path: "/settings/sign-in", label: "settings.signIn" },
];

export const deeds: Deed[] = [
  { to: "/goals", label: "search.do.goal" },
  { to: "/audiences/new", label: "search.do.audience" },
  { to: "/journeys/new", label: "search.do.journey" },
  { to: "/contents/new", label: "search.do.content" },
  { to: "/results/dashboards/new", label: "search.do.board" },
  { to: "/signals/new", label: "search.do.signal" },
  { to: "import", label: "import.open" },
];
