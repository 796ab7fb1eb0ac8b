export const standing = {
  title: "Standing goals",
  lead: "Looked at every week and planned again when behind; how far it may go is up to you.",
  none: "No standing goals yet",
  noneHow:
    "Write a goal above, such as “raise repurchase rate by 5% every month”, and choose “Let it stand”.",
  make: "Let it stand",
  now: "now {{value}}",
  target: "goal {{value}}",
  path: "due by now {{value}}",
  foreseen: "if nothing is done, the next window lies between {{low}} and {{high}}",
  autonomy: "How far it may go",
  may: { suggest: "Suggest", approve: "Ask me", autopilot: "Within limits" },
  status: { on_path: "On its path", behind: "Behind", over: "Over" },
  paused: "Paused",
  pause: "Pause",
  resume: "Go on",
  end: "End",
  endSure: "End this standing goal? Campaigns that run go on.",
  next: "next look {{date}}",
  launch: "Launch: {{people}} people, about {{cost}}",
  plan: "See the plan",
  stop: "Stop this campaign",
  stopSure: "Nothing more of it is sent and the goal is paused; what was sent stays sent.",
  weekYuan: "Yuan a week at most",
  weekPeople: "People a week at most",
  letGo: "Let it act within limits",
};

export const diagnosis = {
  title: "Where it is lost",
  looked: "{{count}} comparisons were made; only what withstands that many is told.",
  fell: "Beside their own period before",
  below_rest: "Beside everybody else",
  people: "See these {{people}} people",
  steps: "How far they come",
  step: "{{before}} before, {{now}} now",
  none: "No group is clearly worse.",
};

export const metrics = {
  title: "Which metrics a goal may name",
  find: "Find by name, such as “follow-up” or “renewal”",
  none: "There is no such metric. Publish your own with liftloop metric publish.",
  own: "Own",
  movable: "Denominator can move",
};
