/** Imports under way on the mock server. */
import type { Views } from "@/shared/api/client";
import { further, proposed } from "./imports.ts";
import { notFound } from "./mock-answers.ts";

export class MockImports {
  private readonly states = new Map<string, Views["Import"]>();

  propose(form: FormData): Views["Import"] {
    const file = form.get("file");
    const state = proposed(`imp_${this.states.size + 1}`, file instanceof File ? file.name : "orders.csv");
    return this.keep(state);
  }

  /** Each look finds the import a little further. */
  further(id: string | undefined): Views["Import"] {
    return this.keep(further(this.known(id)));
  }

  start(id: string | undefined): Views["Import"] {
    return this.keep({ ...this.known(id), status: "running" });
  }

  rejected(): Response {
    return new Response("row,reason\n12,not a phone\n", { headers: { "content-type": "text/csv" } });
  }

  private known(id: string | undefined): Views["Import"] {
    const state = this.states.get(id ?? "");
    if (state === undefined) throw notFound();
    return state;
  }

  private keep(state: Views["Import"]): Views["Import"] {
    this.states.set(state.import_id, state);
    return state;
  }
}
