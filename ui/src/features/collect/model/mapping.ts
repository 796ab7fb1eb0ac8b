import type { Views } from "@/shared/api/client";

type Field = Views["MappedField"];
type Question = Views["ImportQuestion"];
export type Rules = Record<string, Field["rule"]>;

export function missingFields(fields: Field[], rules: Rules): Field[] {
  return fields.filter((field) => field.required && (rules[field.field] ?? null) === null);
}

export function isAnswered(questions: Question[], answers: Record<string, string>): boolean {
  return questions.every((question) => answers[question.id] !== undefined);
}

/** Answers that stand until another is given. */
export function defaultAnswers(questions: Question[]): Record<string, string> {
  return Object.fromEntries(
    questions.flatMap(({ id, default: answer }) => (answer === null ? [] : [[id, answer] as const])),
  );
}
