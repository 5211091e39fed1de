/** Addresses. Everything that belongs to a brand says so in its address, so that no screen can mix two clients. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Navigate,
  Outlet,
  useNavigate,
} from "@tanstack/react-router";
import { ErrorNote } from "@/components/ErrorNote";
import { Skeleton } from "@/components/Skeleton";
import { NewActivityScreen } from "@/features/activity/NewActivityScreen";
import { WelcomeScreen } from "@/features/brand/WelcomeScreen";
import { HomeScreen } from "@/features/home/HomeScreen";
import { DocumentPreview } from "@/features/library/DocumentPreview";
import { LibraryScreen } from "@/features/library/LibraryScreen";
import { PieceScreen } from "@/features/piece/PieceScreen";
import { RunListScreen } from "@/features/run/RunListScreen";
import { RunScreen } from "@/features/run/RunScreen";
import { SettingsScreen } from "@/features/settings/SettingsScreen";
import { usePreferences } from "@/preferences/preferences";
import { useCommand } from "@/rpc/query";
import { Frame, useBrand } from "./Frame";
import { Ledger } from "./Ledger";

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
  component: function Library() {
    const brand = useBrand();
    const search = libraryRoute.useSearch();
    const navigate = useNavigate();
    return (
      <LibraryScreen
        key={brand.id}
        brand={brand}
        place={search}
        onPlace={(place) =>
          void navigate({ to: "/b/$brand/library", params: { brand: brand.id }, search: place, replace: true })
        }
      />
    );
  },
});

const newRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/new",
  component: function NewActivity() {
    const brand = useBrand();
    const navigate = useNavigate();
    return (
      <NewActivityScreen
        key={brand.id}
        brand={brand}
        onStarted={(run) => void navigate({ to: "/b/$brand/runs/$run", params: { brand: brand.id, run } })}
        onRemedy={(to) => void navigate({ to: `/b/$brand/${to}`, params: { brand: brand.id } })}
      />
    );
  },
});

const runsRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/runs",
  component: () => <RunListScreen brand={useBrand()} />,
});

const runRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/runs/$run",
  component: function Run() {
    const { run } = runRoute.useParams();
    const brand = useBrand();
    return <RunScreen key={run} brand={brand} run={run} />;
  },
});

const pieceRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/pieces/$piece",
  component: function Piece() {
    const { piece } = pieceRoute.useParams();
    const brand = useBrand();
    return (
      <PieceScreen
        key={piece}
        brand={brand}
        piece={piece}
        source={(citation, close) => (
          <DocumentPreview
            brand={brand.id}
            document={citation.document}
            span={{ start: citation.start, end: citation.end }}
            terms={[]}
            onClose={close}
          />
        )}
      />
    );
  },
});

const settingsRoute = createRoute({
  getParentRoute: () => brandRoute,
  path: "/settings",
  component: () => <SettingsScreen ledger={(most) => <Ledger most={most} />} />,
});

const routeTree = rootRoute.addChildren([
  entranceRoute,
  welcomeRoute,
  brandRoute.addChildren([homeRoute, libraryRoute, newRoute, runsRoute, runRoute, pieceRoute, settingsRoute]),
]);

export function createAppRouter() {
  return createRouter({ routeTree, history: createHashHistory() });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
