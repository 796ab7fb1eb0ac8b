/** What can be set, as data: an entry is added here on the day its page works. */
export interface SettingsEntry {
  path: string;
  label:
    | "settings.limits"
    | "settings.people"
    | "settings.approvals"
    | "settings.signIn"
    | "settings.singleSignOn"
    | "settings.model"
    | "settings.personal"
    | "settings.audit";
  about:
    | "settings.limitsAbout"
    | "settings.peopleAbout"
    | "settings.approvalsAbout"
    | "settings.signInAbout"
    | "settings.singleSignOnAbout"
    | "settings.modelAbout"
    | "settings.personalAbout"
    | "settings.auditAbout";
  group: SettingsGroup;
  /** What one must be allowed to read to see it: whoever may not does not see the entry. */
  reads: "rules" | "account" | "model" | "data" | "audit";
  /** Where it is not to read. */
  does?: "calls";
}

export type SettingsGroup = "sending" | "access" | "running";
export const groups: SettingsGroup[] = ["sending", "access", "running"];

export const settingsEntries: SettingsEntry[] = [
  {
    path: "/settings/limits",
    label: "settings.limits",
    about: "settings.limitsAbout",
    group: "sending",
    reads: "rules",
  },
  {
    path: "/settings/approvals",
    label: "settings.approvals",
    about: "settings.approvalsAbout",
    group: "sending",
    reads: "rules",
  },
  {
    path: "/settings/people",
    label: "settings.people",
    about: "settings.peopleAbout",
    group: "access",
    reads: "account",
  },
  {
    path: "/settings/sign-in",
    label: "settings.signIn",
    about: "settings.signInAbout",
    group: "access",
    reads: "rules",
  },
  {
    path: "/settings/single-sign-on",
    label: "settings.singleSignOn",
    about: "settings.singleSignOnAbout",
    group: "access",
    reads: "rules",
  },
  {
    path: "/settings/model",
    label: "settings.model",
    about: "settings.modelAbout",
    group: "running",
    reads: "model",
    does: "calls",
  },
  {
    path: "/data/personal",
    label: "settings.personal",
    about: "settings.personalAbout",
    group: "running",
    reads: "data",
  },
  {
    path: "/settings/audit",
    label: "settings.audit",
    about: "settings.auditAbout",
    group: "running",
    reads: "audit",
  },
];
