import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import type { DoctorCheckView } from "@/generated/rpc";
import { useFormats } from "@/i18n/format";

const GIBIBYTE = 1024 ** 3;

/** What a check found, in the window's language; a finding of another form is shown as it came. */
export function useDoctorNote(): (check: DoctorCheckView) => string {
  const { t } = useTranslation("settings");
  const formats = useFormats();
  return useCallback(
    ({ name, verdict, note }) => {
      const machine = /^(\d+) cores, ([\d.]+) GiB of memory, ([\d.]+) GiB of it free$/.exec(note);
      if (machine) {
        const [, cores, total, free] = machine;
        return t("doctor.note.machine", {
          cores: formats.number(Number(cores)),
          total: formats.bytes(Number(total) * GIBIBYTE),
          free: formats.bytes(Number(free) * GIBIBYTE),
        });
      }
      const folder = /^`(.+)`, .*all databases are sound$/s.exec(note)?.[1];
      if (folder) return t("doctor.note.dataFolder", { path: folder });
      if (name === "parse worker" && verdict === "ok") return t("doctor.note.parseWorker");
      if (name === "embedder" && verdict === "ok") return t("doctor.note.embedder");
      if (name === "ollama" && note.includes("no Ollama server answers")) return t("doctor.note.ollama");
      if (name === "keychain") {
        if (verdict === "ok") return t("doctor.note.keychain");
        if (note.startsWith("There is no keychain")) return t("doctor.note.noKeychain");
      }
      if (name === "network" && verdict === "ok") {
        return t(note.startsWith("Sealed") ? "doctor.note.sealed" : "doctor.note.network");
      }
      return note;
    },
    [t, formats],
  );
}
