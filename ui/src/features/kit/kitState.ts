/** A build of the kit in progress. Lives outside the screen, so that leaving the screen loses nothing. */
import { create } from "zustand";

export interface Build {
  done: number;
  total: number;
  entries: number;
}

/** Builds in progress, by brand. */
export const useBuilds = create<{ builds: Record<string, Build> }>(() => ({ builds: {} }));

export function noteBuild(brand: string, build: Build | undefined): void {
  useBuilds.setState(({ builds }) => {
    const { [brand]: _former, ...others } = builds;
    return { builds: build ? { ...others, [brand]: build } : others };
  });
}
