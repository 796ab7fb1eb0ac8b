/** Other ways of a message of a journey. */
export const way = {
  when: "When way {{number}} is taken",
  refused: "where the one before is refused",
  unread: "where the one before stays unopened",
  both: "both, at once",
  minutes: "minutes later",
  add: "Add a way",
  remove: "Remove way {{number}}",
  how: "All are one message: one place under the caps, one row in the ledger, a place under each channel's quota; whoever opened or clicked gets no other.",
};
