/** Addresses. Everything that belongs to a brand says so in its address, so that no screen can mix two clients. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Navigate,
  Outlet,
  useNavigate,
} from "@tanstack/react-router";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import { WelcomeScreen } from "@/features/brand/WelcomeScreen";
import { HomeScreen } from "@/features/home/HomeScreen";
import { usePreferences } from "@/preferences/preferences";
import { asCommandError } from "@/rpc/call";
import { useCommand } from "@/rpc/query";
import { useBrand } from "./brandContext";
import { Frame } from "./Frame";

const rootRoute = createRootRoute({ component: Outlet });

function Entrance() {
  const brands = useCommand("brand_list", {});
  const last = usePreferences((state) => state.brand);
  if (brands.error) {
    return (
      <div className="mx-auto max-w-xl p-10">
        <ErrorNote error={brands.error} onRetry={() => void brands.refetch()} />
      </div>
    );
  }
  if (!brands.data) return <Skeleton />;
  const brand = brands.data.brands.find(({ id }) => id === last) ?? brands.data.brands[0];
  return brand ? <Navigate to="/b/$brand" params={{ brand: brand.id }} replace /> : <Navigate to="/welcome" replace />;
}

function Welcome() {
  const navigate = useNavigate();
  return <WelcomeScreen onCreated={(brand) => navigate({ to: "/b/$brand/library", params: { brand } })} />;
}

const entranceRoute = createRoute({ getParentRoute: () => rootRoute, path: "/", component: Entrance });
const welcomeRoute = createRoute({ getParentRoute: () => rootRoute, path: "/welcome", component: Welcome });
const brandRoute = createRoute({ getParentRoute: () => rootRoute, path: "/b/$brand", component: Frame });

const homeRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/",
  component: () => <HomeScreen brand={useBrand()} />,
});

interface LibrarySearch {
  q?: string;
  document?: string;
  start?: number;
  end?: number;
}

const text = (value: unknown) => (typeof value === "string" || typeof value === "number" ? String(value) : undefined);
const count = (value: unknown) => (typeof value === "number" && value >= 0 ? value : undefined);

const libraryRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/library",
  validateSearch: (search: Record<string, unknown>): LibrarySearch => {
    const [q, document, start, end] = [text(search.q), text(search.document), count(search.start), count(search.end)];
    return {
      ...(q ? { q } : {}),
      ...(document ? { document } : {}),
      ...(start !== undefined ? { start } : {}),
      ...(end !== undefined ? { end } : {}),
    };
  },
  component: lazyRouteComponent(() => import("./routes/library"), "Library"),
});

const kitRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/kit",
  component: lazyRouteComponent(() => import("./routes/kit"), "Kit"),
});

const newRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/new",
  component: lazyRouteComponent(() => import("./routes/activity"), "NewActivity"),
});

const runsRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/runs",
  component: lazyRouteComponent(() => import("./routes/run"), "RunList"),
});

const runRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/runs/$run",
  component: lazyRouteComponent(() => import("./routes/run"), "Run"),
});

const pieceRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/pieces/$piece",
  component: lazyRouteComponent(() => import("./routes/piece"), "Piece"),
});

const settingsRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./routes/settings"), "Settings"),
});

const routeTree = rootRoute.addChildren([
  entranceRoute,
  welcomeRoute,
  brandRoute.addChildren([homeRoute, libraryRoute, kitRoute, newRoute, runsRoute, runRoute, pieceRoute, settingsRoute]),
]);

export function createAppRouter() {
  return createRouter({
    routeTree,
    history: createHashHistory(),
    defaultPendingComponent: () => <Skeleton />,
    defaultErrorComponent: ({ error, reset }) => (
      <div className="p-6">
        <ErrorNote error={asCommandError(error)} onRetry={reset} />
      </div>
    ),
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
