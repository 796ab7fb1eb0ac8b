export const proposal = {
  title: "Proposals",
  lead: "What falls short and what to change. Tried by chance first, decided on what is seen.",
  look: "Look now",
  none: "There are no proposals now",
  noneHow:
    "Once a journey has sent 200 messages and two days have passed, a rate that is surely below what is expected, with a way that does better, becomes a proposal.",
  status: {
    waits: "Yours to decide",
    declined: "Declined",
    running: "On trial",
    kept: "Kept",
    rolled_back: "Rolled back",
  },
  order: { approve: "Approve the trial", decline: "Decline", keep: "Keep", "roll-back": "Roll back" },
  ask: {
    approve: "Approve this trial?",
    decline: "Decline this proposal?",
    keep: "Take it over for everybody?",
    "roll-back": "Go back to what there was?",
  },
  means: {
    approve:
      "Half of those who enter go as before and half the changed way, by chance. Nothing changes for those inside.",
    decline: "The journey stays as it is, and the same change is not proposed again for a quarter.",
    keep: "The trial ends; everybody who enters from now on goes the changed way.",
    "roll-back":
      "Everybody who enters from now on goes as before. The same change is not proposed again for a quarter.",
  },
  noVerdict: "The trial has no result yet.",
  toExperiment: "See the experiment (concludes {{at}})",
  diff: "Changes of the journey's definition",
};
