import { useTranslation } from "react-i18next";
import { useCommand } from "@/rpc/query";

/** What would write now, and how, always in sight. */
export function EngineLine() {
  const { t } = useTranslation("frame");
  const { data } = useCommand("app_status", {}, { refetchMs: 5_000 });
  if (!data) return null;
  const { engine } = data;
  const provider = engine.model === "none" ? "none" : engine.model.startsWith("ollama/") ? "ollama" : "local";
  return (
    <div className="mt-auto border-t border-line px-2.5 pt-2.5 max-[1099px]:hidden">
      <div className="flex items-baseline justify-between gap-2 whitespace-nowrap">
        <span>{t(`engine.${provider}`)}</span>
        {engine.way ? <span className="text-small text-muted">{t(`way.${engine.way}`)}</span> : null}
      </div>
      {provider === "none" ? null : <div className="text-small text-muted">{engine.name}</div>}
    </div>
  );
}
