/** What is wrong with a document: what happened, what is safe, what can be done, and the way to do it. */
import { KeyRound, RotateCw } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Status } from "@/components/Status";
import type { DocumentView } from "@/generated/rpc";
import { canRetry } from "./documentWords";
import { pageList, useProblemWords } from "./problemWords";

interface Props {
  document: DocumentView;
  /** Left out where the library cannot be changed. */
  onRetry: ((password?: string) => Promise<void>) | undefined;
}

export function ProblemCard({ document, onRetry }: Props) {
  const { t } = useTranslation("library");
  const words = useProblemWords();
  const field = useId();
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const partly = document.state === "partial" || document.state === "ready";
  const encrypted = document.problems.some(({ kind }) => kind === "encrypted");
  const act = async (secret?: string) => {
    setBusy(true);
    await onRetry?.(secret);
    setPassword("");
    setBusy(false);
  };
  return (
    <section
      aria-label={t("problems.label")}
      className="max-h-[45%] flex-none overflow-auto border-b border-line bg-amber-soft px-4 py-2.5"
    >
      <ul className="flex flex-col gap-2">
        {document.problems.map((problem) => (
          <li key={`${problem.kind} ${problem.message}`}>
            <Status tone={partly ? "attention" : "wrong"}>
              <span className="font-medium">{words.title(problem)}</span>
              {problem.pages.length > 0 ? (
                <span className="font-book text-ink">
                  · {t("problemPages", { count: problem.pages.length, pages: pageList(problem.pages) })}
                </span>
              ) : null}
            </Status>
            <p className="pl-5 text-pretty" title={words.detail(problem)}>
              {words.text(problem)}
            </p>
          </li>
        ))}
      </ul>
      <p className="mt-1.5 pl-5 text-small text-muted">
        {t(document.state === "ready" ? "problems.safeReady" : partly ? "problems.safePartly" : "problems.safe")}
      </p>
      {onRetry && encrypted ? (
        <form
          className="mt-2 flex flex-wrap items-center gap-2 pl-5"
          onSubmit={(event) => {
            event.preventDefault();
            if (password !== "") void act(password);
          }}
        >
          <label htmlFor={field} className="sr-only">
            {t("password.label")}
          </label>
          <input
            id={field}
            type="password"
            autoComplete="off"
            value={password}
            placeholder={t("password.label")}
            onChange={(event) => setPassword(event.target.value)}
            className="control h-7! w-44!"
          />
          <Button icon={KeyRound} type="submit" disabled={busy || password === ""}>
            {t("password.read")}
          </Button>
          <span className="text-small text-muted">{t("password.note")}</span>
        </form>
      ) : null}
      {onRetry && canRetry(document) && !encrypted ? (
        <div className="mt-2 pl-5">
          <Button icon={RotateCw} disabled={busy} onClick={() => void act()}>
            {t("retry")}
          </Button>
        </div>
      ) : null}
    </section>
  );
}
