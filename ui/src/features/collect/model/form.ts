/** A hosted form as it is edited; ids keep lines apart while their names change. */
export const fieldTypes = ["text", "long_text", "email", "phone", "number", "date", "choice"] as const;

export interface FieldLine {
  id: number;
  name: string;
  label: string;
  type: (typeof fieldTypes)[number];
  required: boolean;
  choices: string[];
}

export interface ConsentLine {
  id: number;
  channel: string;
  text: string;
  text_version: string;
  required: boolean;
}

export interface FormDraft {
  title: string;
  intro: string;
  language: "zh-CN" | "en";
  least_s: number;
  fields: FieldLine[];
  consents: ConsentLine[];
}

export const emptyForm: FormDraft = {
  title: "",
  intro: "",
  language: "zh-CN",
  least_s: 2,
  fields: [{ id: 1, name: "phone", label: "", type: "phone", required: true, choices: [] }],
  consents: [],
};

export function draftOf(body: Record<string, unknown>): FormDraft {
  const given = body as Partial<FormDraft>;
  const fields = (given.fields ?? []).map((field, place) => ({
    ...{ required: false, choices: [] as string[], type: "text" as const },
    ...field,
    id: place + 1,
  }));
  const consents = (given.consents ?? []).map((consent, place) => ({
    ...{ required: false },
    ...consent,
    id: place + 1,
  }));
  return { ...emptyForm, ...given, fields, consents };
}

/** The definition of a form; what the page does not edit stays as it was. */
export function bodyOf(draft: FormDraft, before: Record<string, unknown>): Record<string, unknown> {
  const fields = draft.fields.map(({ id: _, choices, ...field }) =>
    field.type === "choice" ? { ...field, choices } : field,
  );
  const consents = draft.consents.map(({ id: _, ...consent }) => consent);
  return { ...before, ...draft, fields, consents };
}

export function isComplete(draft: FormDraft): boolean {
  const named = draft.fields.every(
    (field) =>
      field.name !== "" && field.label !== "" && (field.type !== "choice" || field.choices.length > 0),
  );
  const distinct = new Set(draft.fields.map((field) => field.name)).size === draft.fields.length;
  const agreed = draft.consents.every(({ channel, text, text_version }) => channel && text && text_version);
  return draft.title !== "" && draft.fields.length > 0 && named && distinct && agreed;
}
