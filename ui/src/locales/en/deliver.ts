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
};
