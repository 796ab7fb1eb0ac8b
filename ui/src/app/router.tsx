/** The shell with its pages, and the pages that stand alone. */
import { createBrowserRouter } from "react-router";
import { LostPage } from "./lost-page";
import { alone, pages } from "./routes";
import { Shell } from "./shell";

/** Between the app and its first page there is nothing to show for a few milliseconds. */
function Nothing() {
  return null;
}

export function makeRouter() {
  return createBrowserRouter([
    {
      element: <Shell />,
      ErrorBoundary: LostPage,
      HydrateFallback: Nothing,
      children: [
        ...Object.entries(pages).map(([path, lazy]) =>
          path ? { path, lazy } : { index: true as const, lazy },
        ),
        { path: "*", element: <LostPage /> },
      ],
    },
    ...Object.entries(alone).map(([path, lazy]) => ({
      path,
      ErrorBoundary: LostPage,
      HydrateFallback: Nothing,
      lazy,
    })),
  ]);
}
