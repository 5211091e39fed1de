import { CircleAlert, CircleX, Copy } from "lucide-react";
import { useTranslation } from "react-i18next";
import { present } from "@/errors/presentation";
import type { CommandError } from "@/generated/rpc";
import { useSaid } from "@/i18n/useSaid";
import { Button } from "./Button";
import { notify } from "./notices";

interface Props {
  error: CommandError;
  /** Asks again; offered where asking again can help. */
  onRetry?: () => void;
  /** Opens what the error's remedy names: the settings or the library. */
  onRemedy?: (remedy: "settings" | "library") => void;
}

/** What happened, what is safe, what to do; the details can be copied. */
export function ErrorNote({ error, onRetry, onRemedy }: Props) {
  const { t } = useTranslation(["errors", "common"]);
  const say = useSaid();
  const { severity, remedy } = present(error.code);
  if (severity === "silent") return null;
  const wrong = severity === "wrong";
  const Icon = wrong ? CircleX : CircleAlert;
  return (
    <div role="alert" className={`appear flex gap-3 rounded px-4 py-3 ${wrong ? "bg-red-soft" : "bg-amber-soft"}`}>
      <Icon
        size={16}
        strokeWidth={1.75}
        aria-hidden
        className={`mt-0.5 shrink-0 ${wrong ? "text-red" : "text-amber"}`}
      />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{t(`errors:title.${error.code}`)}</p>
        <p className="[overflow-wrap:anywhere]">{say.error(error)}</p>
        <div className="mt-2 flex flex-wrap gap-2">
          {onRetry && remedy === "retry" ? <Button onClick={onRetry}>{t("errors:action.retry")}</Button> : null}
          {onRemedy && (remedy === "settings" || remedy === "library") ? (
            <Button onClick={() => onRemedy(remedy)}>{t(`errors:action.${remedy}`)}</Button>
          ) : null}
          {error.detail ? (
            <Button
              look="quiet"
              icon={Copy}
              onClick={() => {
                void navigator.clipboard.writeText(`${error.code}: ${error.message}\n${error.detail}`);
                notify(t("common:copied"));
              }}
            >
              {t("errors:action.copy")}
            </Button>
          ) : null}
        </div>
      </div>
    </div>
  );
}
