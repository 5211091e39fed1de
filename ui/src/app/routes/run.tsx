import { getRouteApi } from "@tanstack/react-router";
import { RunListScreen } from "@/features/run/RunListScreen";
import { RunScreen } from "@/features/run/RunScreen";
import { useBrand } from "../brandContext";

const route = getRouteApi("/b/$brand/runs/$run");

export function RunList() {
  return <RunListScreen brand={useBrand()} />;
}

export function Run() {
  const { run } = route.useParams();
  const brand = useBrand();
  return <RunScreen key={run} brand={brand} run={run} />;
}
