/** The rules of the house: each set is read, weighed and put alike, and differs in what it holds. */
import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type DeliveryRules = Views["DeliveryRules"];
export type AccessRules = Views["AccessRulesBody"];
export type ApprovalRules = Views["ApprovalRules"];
export type SignInRules = Views["SignInRules"];
export type Step = Views["RuleStep"];
export type Weighed = Views["RulesWeighed"];

export interface Sheet<R> extends Omit<Views["RuleSheet_DeliveryRules_"], "rules" | "usual"> {
  rules: R;
  usual: R;
}

export interface RuleSet<R> {
  name: string;
  read(): Promise<Sheet<R>>;
  weigh(rules: R): Promise<Weighed>;
  put(body: { rules: R; version: number }): Promise<Sheet<R>>;
}

export const delivery: RuleSet<DeliveryRules> = {
  name: "delivery",
  read: () => answered(api.GET("/api/rules/delivery")),
  weigh: (body) => answered(api.POST("/api/rules/delivery/weigh", { body })),
  put: (body) => answered(api.PUT("/api/rules/delivery", { body })),
};

export const access: RuleSet<AccessRules> = {
  name: "access",
  read: () => answered(api.GET("/api/rules/access")),
  weigh: (body) => answered(api.POST("/api/rules/access/weigh", { body })),
  put: (body) => answered(api.PUT("/api/rules/access", { body })),
};

export const approvals: RuleSet<ApprovalRules> = {
  name: "approvals",
  read: () => answered(api.GET("/api/rules/approvals")),
  weigh: (body) => answered(api.POST("/api/rules/approvals/weigh", { body })),
  put: (body) => answered(api.PUT("/api/rules/approvals", { body })),
};

export const singleSignOn: RuleSet<SignInRules> = {
  name: "sign_in",
  read: () => answered(api.GET("/api/rules/sign_in")),
  weigh: (body) => answered(api.POST("/api/rules/sign_in/weigh", { body })),
  put: (body) => answered(api.PUT("/api/rules/sign_in", { body })),
};

export function sheetOptions<R>(set: RuleSet<R>) {
  return queryOptions({ queryKey: ["rules", set.name], queryFn: () => set.read() });
}

export function weighedOptions<R>(set: RuleSet<R>, rules: R) {
  return queryOptions({
    queryKey: ["rules", set.name, "weighed", rules],
    queryFn: () => set.weigh(rules),
    placeholderData: (before) => before,
  });
}

export function revert(identity: string, version: number, newest: number): Promise<unknown> {
  const params = { path: { kind: "setting", identity } };
  return answered(
    api.POST("/api/definitions/{kind}/{identity}/revert", { params, body: { version, newest } }),
  );
}
