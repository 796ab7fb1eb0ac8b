export const coupon = {
  listTitle: "Coupon pools",
  lead: "What is left of each pool and for how long, and what became of what was given.",
  toCampaigns: "Campaigns",
  none: "No pools yet",
  noneHow:
    "Codes are imported, made by a pattern, or one for everybody; write {{code}} in a text and each person gets her own.",
  from: { given: "imported codes", generated: "made when needed", shared: "one code for all" },
  left: "{{amount}} left",
  noLimit: "no limit",
  issued: "{{amount}} issued",
  redeemed: "{{amount}} redeemed",
  expired: "{{amount}} no longer valid",
  byOthers: "{{amount}} used by others",
  low: "running low",
  dry: "dry",
  days: "{{days}} days left at this pace",
};

export const deliver = {
  stop: "Stop all",
  stopSure: "Stop all marketing now?",
  stopWhat: "What is queued stays, confirmations go on; you can go on at any time.",
  allStands: "All marketing stands still",
  channelStands: "The channel {{channel}} stands still",
  waiting: "{{messages}} wait",
  goOn: "Go on",
  channels: "Quotas and answers of channels",
  quota: {
    channel: {
      hour: "{{of}} an hour, {{used}} used in this one",
      day: "{{of}} a day, {{used}} used today",
      month: "{{of}} a month, {{used}} used in this one",
    },
    person: {
      hour: "{{of}} an hour to one person, {{used}} people used up theirs",
      day: "{{of}} a day to one person, {{used}} people used up theirs today",
      month: "{{of}} a month to one person, {{used}} people used up theirs",
    },
  },
  quotaWaits: "{{messages}} wait for a later one",
  inDoubt: "{{messages}} unanswered; the provider is asked, nothing is sent again",
  paused: {
    title: "The channel pauses; {{messages}} wait, none is lost",
    again: "Tried again by itself at {{at}}",
    goOn: "Go on now",
    save: "Renew and go on",
    kept: "empty keeps what is there",
  },
  answered: "All answered",
  ask: "Ask now",
  asked: "Known now: {{sent}} were taken, {{failed}} not sent, {{open}} are asked for later",
};
