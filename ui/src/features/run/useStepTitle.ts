import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { StepView } from "@/generated/rpc";
import { networkOf } from "@/i18n/names";
import { sectionHeading } from "./runState";

const PLAIN = [
  "seo",
  "research",
  "outline",
  "introduction",
  "close",
  "assemble",
  "audio",
  "video",
  "finalise",
] as const;

/** Names a step as the reader knows it, from its key and its title. */
export function useStepTitle(): (step: Pick<StepView, "key" | "title">) => string {
  const { t } = useTranslation(["run", "common"]);
  return useCallback(
    ({ key, title }) => {
      const repair = key.endsWith("-repair");
      const base = repair ? key.slice(0, -"-repair".length) : key;
      const plain = PLAIN.find((known) => known === base);
      const [kind, rest = ""] = base.split("-");
      let name: string;
      if (plain) name = t(`step.title.${plain}`);
      else if (kind === "section") name = sectionHeading({ key, title }) || t("step.title.section", { number: rest });
      else if (kind === "edit") name = t("step.title.edit", { number: rest });
      else if (kind === "social") {
        const network = networkOf(rest);
        name = network ? t(`common:network.${network}`) : title || rest;
      } else name = title || key;
      return repair ? t("step.title.repair", { section: name }) : name;
    },
    [t],
  );
}
