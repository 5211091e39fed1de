/** Problems in the window's language; one that a newer application knows is told in its own sentence. */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { DocumentView, Problem, ProblemKind } from "@/generated/rpc";

export interface ProblemWords {
  title(problem: Problem): string;
  text(problem: Problem): string;
  /** The application's own sentence, which says most, where the reader knows its language. */
  detail(problem: Problem): string | undefined;
  /** What fits beside a document in the table. */
  short(problem: Problem, document: DocumentView): string;
}

export function useProblemWords(): ProblemWords {
  const { t, i18n } = useTranslation("library");
  return useMemo(() => {
    const known = (group: "problem" | "problemText" | "problemShort", kind: ProblemKind) =>
      i18n.exists(`${group}.${kind}`, { ns: "library" });
    return {
      title: (problem) => (known("problem", problem.kind) ? t(`problem.${problem.kind}`) : t("problems.other")),
      text: (problem) => (known("problemText", problem.kind) ? t(`problemText.${problem.kind}`) : problem.message),
      detail: (problem) => (i18n.language.startsWith("en") ? problem.message : undefined),
      short(problem, document) {
        if (problem.pages.length > 0 && known("problemShort", problem.kind)) {
          return t(`problemShort.${problem.kind}` as "problemShort.scanned", {
            count: problem.pages.length,
            pages: document.pages,
          });
        }
        if (problem.kind === "encrypted") return t("problems.encrypted");
        return known("problem", problem.kind) ? t(`problem.${problem.kind}`) : problem.message;
      },
    };
  }, [t, i18n]);
}

/** `3, 7–9, 12`. */
export function pageList(pages: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const page of [...pages].sort((left, right) => left - right)) {
    const run = runs.at(-1);
    if (run && page <= run[1] + 1) run[1] = page;
    else runs.push([page, page]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
}
