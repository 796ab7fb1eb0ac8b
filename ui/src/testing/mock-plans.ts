/** Goals and plans on the mock server. */
import type { Views } from "@/shared/api/client";
import { running } from "./campaigns.ts";
import { examples } from "./first-data.ts";
import { found } from "./mock-answers.ts";
import { rehearsalFor, whatIfFor } from "./plan-answers.ts";
import { planFor, planRow, readyPlan } from "./plans.ts";
import { readingFor } from "./reading.ts";
import { daysAgo } from "./shop.ts";

interface Asked {
  ids: string[];
  request: Request;
}

export class MockPlans {
  private readonly plans: Views["Plan"][];

  /** `launched` makes the campaign of a plan and returns its id. */
  constructor(
    private readonly empty: boolean,
    private readonly launched: (plan: Views["Plan"]) => string,
  ) {
    this.plans = empty
      ? []
      : [
          readyPlan(),
          {
            ...readyPlan(),
            plan_id: "plan_launched",
            campaign_id: running.campaign_id,
            created_at: daysAgo(21),
          },
          planFor("plan_exploration", { text: "复购率 +4%，先试探" }),
          planFor("plan_refused", { text: "复购率 +500%" }),
        ];
  }

  routes(path: (pattern: string) => RegExp): [string, RegExp, (asked: Asked) => unknown][] {
    return [
      ["GET", path("/goals/examples"), () => ({ examples: this.empty ? [] : examples })],
      ["POST", path("/goals/reading"), async ({ request }) => readingFor(await request.json())],
      ["POST", path("/goals"), async ({ request }) => this.make(await request.json())],
      ["GET", path("/plans"), () => ({ plans: this.plans.map(planRow) })],
      ["GET", path("/plans/:id"), ({ ids }) => this.plan(ids[0])],
      ["GET", path("/plans/:id/what-if"), ({ ids }) => whatIfFor(this.plan(ids[0]))],
      [
        "POST",
        path("/plans/:id/rehearse"),
        async ({ ids, request }) =>
          rehearsalFor(this.plan(ids[0]), ((await request.json()) as { whole: boolean }).whole),
      ],
      ["POST", path("/plans/:id/launch"), ({ ids }) => this.launch(this.plan(ids[0]))],
    ];
  }

  make(goal: Views["GoalRequest"]): Views["Plan"] {
    const plan = planFor(`plan_${this.plans.length + 1}`, goal);
    this.plans.unshift(plan);
    return plan;
  }

  private plan(id: string | undefined): Views["Plan"] {
    return found(this.plans, (plan) => plan.plan_id === id);
  }

  private launch(plan: Views["Plan"]): Views["Launched"] {
    if (plan.campaign_id) return { campaign_id: plan.campaign_id };
    const campaign_id = this.launched(plan);
    this.plans.splice(this.plans.indexOf(plan), 1, { ...plan, campaign_id });
    return { campaign_id };
  }
}
