export const erasure = {
  card: "Requests about personal data",
  lead: "An administrator can hand out everything held of this person, or erase it. Both are recorded in the audit.",
  handOut: "Download their data",
  erase: "Erase personal data",
  title: "Erase the personal data of {{name}}?",
  consequence:
    "Name, phone, address and everything else that is sealed can never be read again, by anybody; consents are withdrawn. Orders and visits stay, without a name. There is no way back.",
  done: "Erased: {{keys}} keys destroyed",
};
