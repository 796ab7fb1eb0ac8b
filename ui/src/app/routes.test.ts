/** Every address is looked at by `make screenshots`, and each at an address of its own. */
import { matchPath } from "react-router";
import { expect, it } from "vitest";
import { addressesOf, screens } from "../../e2e/screens";
import { type Route, routes } from "./routes";

const shop = new Proxy({}, { get: (_, name) => String(name) }) as Parameters<typeof addressesOf>[0];

it("looks at every route, at an address that is its own", () => {
  expect(Object.keys(screens).sort()).toEqual([...routes].sort());
  for (const route of routes) {
    const addresses = Object.values(screens[route as Route](shop)).map((each) => each.split("?")[0] ?? "");
    expect(addresses.length, route).toBeGreaterThan(0);
    for (const address of addresses)
      expect(matchPath(`/${route}`, address), `${route}: ${address}`).not.toBeNull();
  }
});

it("gives every picture a name of its own", () => {
  const names = Object.values(screens).flatMap((of) => Object.keys(of(shop)));
  expect(new Set(names).size).toBe(names.length);
  expect(addressesOf(shop)).toHaveLength(names.length);
});
