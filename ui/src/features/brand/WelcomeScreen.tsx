import { FileStack, PenLine, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { BrandNameForm } from "./BrandNameForm";

const PROMISES = [
  ["stays", ShieldCheck],
  ["documents", FileStack],
  ["cited", PenLine],
] as const;

/** The first screen: what stays here, then the name of the first brand. */
export function WelcomeScreen({ onCreated }: { onCreated(brand: string): void }) {
  const { t } = useTranslation("brand");
  return (
    <main className="mx-auto grid min-h-full max-w-4xl content-center gap-x-16 gap-y-10 px-8 py-12 md:grid-cols-[1.2fr_1fr]">
      <div>
        <p className="mb-6 font-strong text-accent">{t("welcome.name")}</p>
        <h1 className="mb-6 font-serif text-[34px] leading-[42px] font-strong text-balance">{t("welcome.title")}</h1>
        <ul className="flex flex-col gap-5">
          {PROMISES.map(([promise, Icon]) => (
            <li key={promise} className="flex gap-3">
              <Icon size={16} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0 text-accent" />
              <div>
                <p className="font-medium">{t(`welcome.${promise}.title`)}</p>
                <p className="text-muted">{t(`welcome.${promise}.text`)}</p>
              </div>
            </li>
          ))}
        </ul>
      </div>
      <section className="self-center rounded border border-line bg-raised p-6">
        <h2 className="mb-1 text-lead font-strong">{t("welcome.first")}</h2>
        <p className="mb-5 text-muted">{t("explain")}</p>
        <BrandNameForm onCreated={onCreated} />
      </section>
    </main>
  );
}
