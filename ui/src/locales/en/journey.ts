export const journey = {
  title: "Journeys",
  lead: "How many came to each node, how many rest there now, how much of what was sent was opened.",
  choose: "Choose a journey",
  none: "There are no journeys yet",
  version: "{{name}} · version {{version}}",
  flow: "{{entered}} entered, {{inside}} are inside, {{goal}} left having reached the goal.",
  node: "Node",
  arrived: "Came",
  waiting: "Waiting",
  sent: "Sent",
  opened: "Opened",
  clicked: "Clicked",
};
