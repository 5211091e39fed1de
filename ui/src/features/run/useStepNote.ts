import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "@/i18n/format";
import { readStepNote } from "./stepNote";

/** Says a step's note in the window's language. */
export function useStepNote(): (note: string) => string {
  const { t } = useTranslation("run");
  const formats = useFormats();
  return useCallback(
    (text) => {
      const note = readStepNote(text);
      switch (note.kind) {
        case "seo":
          return t("step.note.seo", { phrase: note.phrase, count: note.count });
        case "research": {
          const amount = (count: number) => ({ count, amount: formats.number(count) });
          const found = t("step.note.research", {
            sentences: t("step.note.sentences", amount(note.sentences)),
            documents: t("step.note.documents", amount(note.documents)),
          });
          return note.weak ? `${found}. ${t("step.note.weak")}` : found;
        }
        case "outline":
          return t("step.note.sections", { count: note.count });
        case "score": {
          const score = formats.number(note.score, 1);
          const told =
            note.before === undefined
              ? t("step.note.score", { score })
              : t("step.note.scores", { before: formats.number(note.before, 1), score });
          return note.rest ? `${told}. ${note.rest}` : told;
        }
        case "noSentence":
          return t("step.note.noSentence");
        case "words":
          return note.text;
      }
    },
    [t, formats],
  );
}
