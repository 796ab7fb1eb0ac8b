/** What the home page asks: opportunities, goals that stand, campaigns, and whether all is well. */
import { queryOptions } from "@tanstack/react-query";
import { answered } from "@/shared/api/answer";
import { api, type Views } from "@/shared/api/client";

export type Opportunities = Views["Opportunities"];
export type Opportunity = Views["Opportunity"];
export type Campaign = Views["Campaign"];
export type CampaignRow = Views["CampaignRow"];
export type Proposal = Views["Proposal"];
export type StandingGoal = Views["StandingGoal"];

export function healthOptions() {
  return queryOptions({ queryKey: ["health"], queryFn: () => answered(api.GET("/api/health")) });
}

export function opportunitiesOptions() {
  return queryOptions({
    queryKey: ["opportunities"],
    queryFn: () => answered(api.GET("/api/opportunities")),
    staleTime: 60_000,
  });
}

/** How far the scan under way is; asked for while there is nothing else to show. */
export function scanOptions() {
  return queryOptions({
    queryKey: ["opportunities", "progress"],
    queryFn: () => answered(api.GET("/api/opportunities/progress")),
    refetchInterval: 1_000,
  });
}

export function campaignsOptions() {
  return queryOptions({ queryKey: ["campaigns"], queryFn: () => answered(api.GET("/api/campaigns")) });
}

export function standingGoalsOptions() {
  return queryOptions({
    queryKey: ["goals", "standing"],
    queryFn: () => answered(api.GET("/api/goals/standing")),
  });
}

export function proposalsOptions() {
  return queryOptions({ queryKey: ["proposals"], queryFn: () => answered(api.GET("/api/proposals")) });
}

export function quarantineOptions() {
  return queryOptions({
    queryKey: ["quarantine"],
    queryFn: () => answered(api.GET("/api/quarantine/groups")),
  });
}

export function channelsOptions() {
  return queryOptions({
    queryKey: ["definitions", "channel"],
    queryFn: () => answered(api.GET("/api/definitions/{kind}", { params: { path: { kind: "channel" } } })),
  });
}

export function peopleOptions(opportunity: Opportunity) {
  return queryOptions({
    queryKey: ["opportunities", opportunity.opportunity_id, "people"],
    queryFn: () =>
      answered(api.POST("/api/audiences/preview", { body: { definition: opportunity.definition } })),
  });
}

export function planOpportunity(id: string): Promise<Views["Plan"]> {
  return answered(
    api.POST("/api/opportunities/{opportunity_id}/plan", { params: { path: { opportunity_id: id } } }),
  );
}

export function saveAsAudience(
  name: string,
  definition: Opportunity["definition"],
): Promise<Views["Audience"]> {
  return answered(api.POST("/api/audiences", { body: { name, definition } }));
}

export function lendSample(): Promise<Views["SampleImports"]> {
  return answered(api.POST("/api/sample"));
}

export function importOptions(importId: string) {
  return queryOptions({
    queryKey: ["imports", importId],
    queryFn: () =>
      answered(api.GET("/api/imports/{import_id}", { params: { path: { import_id: importId } } })),
    refetchInterval: ({ state }) => (state.data?.status === "running" ? 1_000 : false),
  });
}
