/** Imports under way on the mock server. */
import type { Views } from "@/shared/api/client";
import { further, proposed } from "./imports.ts";
import { notFound } from "./mock-answers.ts";

interface Asked {
  ids: string[];
  request: Request;
}

export class MockImports {
  private readonly states = new Map<string, Views["Import"]>();

  routes(path: (pattern: string) => RegExp): [string, RegExp, (asked: Asked) => unknown][] {
    return [
      ["POST", path("/imports"), async ({ request }) => this.propose(await request.formData())],
      ["GET", path("/imports/:id"), ({ ids }) => this.further(ids[0])],
      ["POST", path("/imports/:id/start"), ({ ids }) => this.start(ids[0])],
      ["GET", path("/imports/:id/rejected"), () => this.rejected()],
    ];
  }

  private propose(form: FormData): Views["Import"] {
    const file = form.get("file");
    const state = proposed(`imp_${this.states.size + 1}`, file instanceof File ? file.name : "orders.csv");
    return this.keep(state);
  }

  /** Each look finds the import a little further. */
  private further(id: string | undefined): Views["Import"] {
    return this.keep(further(this.known(id)));
  }

  private start(id: string | undefined): Views["Import"] {
    return this.keep({ ...this.known(id), status: "running" });
  }

  private rejected(): Response {
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
