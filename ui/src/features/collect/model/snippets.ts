/** What to paste where data come from, with the address and the key in it: as the SDKs have it, nothing of ours. */

export interface Snippet {
  id: "segmentWeb" | "segmentServer" | "sensorsWeb" | "sensorsServer" | "http";
  code: string;
}

export function trackingSnippets(origin: string, key: string): Snippet[] {
  const { host, protocol } = new URL(origin);
  const sensors = `${origin}/sa?project=default&token=${key}`;
  return [
    {
      id: "segmentWeb",
      code: `import { AnalyticsBrowser } from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  { writeKey: "${key}", cdnURL: "${origin}" },
  { integrations: { "Segment.io": { apiHost: "${host}/v1", protocol: "${protocol.replace(":", "")}" } } },
);
analytics.identify("user-1", { level: "gold" });
analytics.track("Order Completed", { order_id: "A1", revenue: 99 });`,
    },
    {
      id: "segmentServer",
      code: `from segment.analytics.client import Client

client = Client("${key}", host="${origin}")
client.track("user-1", "Order Completed", {"order_id": "A1", "revenue": 99})
client.flush()`,
    },
    {
      id: "sensorsWeb",
      code: `import sensors from "sa-sdk-javascript";

sensors.init({ server_url: "${sensors}", send_type: "beacon" });
sensors.login("user-1");
sensors.track("Order Completed", { order_id: "A1", revenue: 99 });`,
    },
    {
      id: "sensorsServer",
      code: `from sensorsanalytics import BatchConsumer, SensorsAnalytics

sensors = SensorsAnalytics(BatchConsumer("${sensors}", 50))
sensors.track("user-1", "Order Completed", {"order_id": "A1", "revenue": 99}, is_login_id=True)
sensors.close()`,
    },
    {
      id: "http",
      code: `curl ${origin}/v1/track -u ${key}: \\
  -d '{"userId": "user-1", "event": "Order Completed", "properties": {"order_id": "A1", "revenue": 99}}'`,
    },
  ];
}

/** A first mapping of a webhook, to be changed: an order becomes an event and what is known of the buyer. */
export const firstMappings = `[
  {
    "event": "=Order Completed",
    "when": { "type": "order.paid" },
    "user_id": "order.buyer.id",
    "message_id": "order.id",
    "properties": { "order_id": "order.id", "revenue": "order.total" },
    "traits": { "phone": "order.buyer.phone" }
  }
]`;

/** The mappings of a text, or null where it is no list of objects. */
export function readMappings(text: string): Record<string, unknown>[] | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = (each: unknown) => each !== null && typeof each === "object" && !Array.isArray(each);
    return Array.isArray(value) && value.length > 0 && value.every(isObject) ? value : null;
  } catch {
    return null;
  }
}
