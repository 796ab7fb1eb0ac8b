/** A database source once it is set up: its last pull, changing it, moving its watermark. */
export const source = {
  done: "Last pull {{at}}: {{rows}} rows.",
  nothingNew: "Last pull {{at}}: nothing new.",
  failed: "The last pull ({{at}}) failed",
  mark: "Pulled up to {{watermark}}.",
  broken: "Pull failed",
  leave: "Leave it as it is",
  edit: "Change",
  editTitle: "Change “{{name}}”",
  kept: "The address is sealed and not shown.",
  otherAddress: "Use another address",
  sameAddress: "Keep the address",
  test: "Test the connection",
  save: "Save the changes",
  anew: "With another query the next pull begins at the start; rows that are in already count once.",
  reset: "Move the watermark and pull again",
  resetMeans:
    "The next pull begins here; empty begins at the start that was set. Rows that are in already count once.",
  resetTo: "Begin at",
  resetNow: "Move the watermark",
  resetDone: "The next pull begins at {{watermark}}",
  personal: {
    nav: "Personal fields",
    called: "{{name}} (field {{id}})",
    hidden: "Only hidden",
    hiddenSome_one: "{{count}} field is kept in the clear and only hidden on screens",
    hiddenSome_other: "{{count}} fields are kept in the clear and only hidden on screens",
    hiddenMeans:
      "They can be read on disk, in the lake and in backups, and erasing a person does not take them away. To protect one, seal it.",
    hiddenNone: "No field is only hidden",
    add: "To seal a field, define it as a field of your own with personal: what comes from then on is sealed, what came before is not.",
    sealed: "Sealed",
    sealedMeans:
      "Wherever these names stand in a message, their values are sealed before anything is written; erasing a person destroys the keys.",
    traits: "Among the traits of people these are sealed too:",
    words: "Hidden by name",
    wordsMean:
      "An attribute that is not sealed is masked where its name has one of these words (English ones by themselves):",
  },
};
