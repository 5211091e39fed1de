/** Numbers, sizes, times and lengths of time by the window's language. */
import { useTranslation } from "react-i18next";

export interface Formats {
  number(value: number, fractionDigits?: number): string;
  percent(share: number, fractionDigits?: number): string;
  bytes(count: number): string;
  /** `48 s`, `5 min 12 s`, `1 h 05 min`. */
  duration(seconds: number): string;
  /** `0.3 s`, `48 s`, `5 min 12 s`: for what has been measured and may be short. */
  shortDuration(seconds: number): string;
  /** `40 s`, `3 min`: for what is only estimated. */
  roughDuration(seconds: number): string;
  /** `14:03` for today, `12 Nov 2026`; of a day without a time only the day. */
  date(iso: string): string;
  /** `31 Mar 2024`, from `2024-03-31`. */
  day(iso: string): string;
  /** Name of a language by its ISO 639-1 code. */
  language(code: string): string;
  list(items: string[]): string;
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function createFormats(
  locale: string,
  words: (key: "hours" | "minutes" | "wholeMinutes" | "seconds", values: object) => string,
) {
  const numbers = new Map<number, Intl.NumberFormat>();
  const names = new Intl.DisplayNames([locale], { type: "language" });
  const number = (value: number, fractionDigits = 0) => {
    let format = numbers.get(fractionDigits);
    if (!format) {
      format = new Intl.NumberFormat(locale, {
        minimumFractionDigits: fractionDigits,
        maximumFractionDigits: fractionDigits,
      });
      numbers.set(fractionDigits, format);
    }
    return format.format(value);
  };
  const duration = (seconds: number) => {
    const whole = Math.max(0, Math.round(seconds));
    const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
    if (hours > 0) return words("hours", { hours, minutes: String(minutes).padStart(2, "0") });
    if (minutes > 0) return words("minutes", { minutes, seconds: rest });
    return words("seconds", { seconds: rest });
  };
  /** Under ten seconds the tenth is told: most steps of a run are shorter than a second. */
  const shortDuration = (seconds: number) =>
    seconds < 9.95 ? words("seconds", { seconds: number(Math.max(0.1, seconds), 1) }) : duration(seconds);
  return {
    number,
    percent: (share: number, fractionDigits = 0) =>
      new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: fractionDigits }).format(share),
    bytes(count: number) {
      let [value, unit] = [count, 0];
      while (value >= 1000 && unit < UNITS.length - 1) {
        value /= 1000;
        unit += 1;
      }
      return new Intl.NumberFormat(locale, {
        style: "unit",
        unit: UNITS[unit] ?? "byte",
        // The short form of a byte has no plural.
        unitDisplay: unit === 0 ? "long" : "short",
        maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
      }).format(value);
    },
    duration,
    shortDuration,
    // Past a minute the seconds of an estimate are false precision.
    roughDuration: (seconds: number) =>
      seconds < 60
        ? duration(Math.max(5, Math.ceil(seconds / 5) * 5))
        : seconds < 3600
          ? words("wholeMinutes", { minutes: Math.round(seconds / 60) })
          : duration(Math.round(seconds / 60) * 60),
    date(iso: string) {
      const then = new Date(iso);
      if (Number.isNaN(then.getTime())) return iso;
      if (/^\d{4}-\d{2}-\d{2}$/.test(iso)) {
        // A day is the same day everywhere.
        return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(then);
      }
      const now = new Date();
      const sameDay = then.toDateString() === now.toDateString();
      return new Intl.DateTimeFormat(
        locale,
        sameDay
          ? { hour: "2-digit", minute: "2-digit" }
          : {
              day: "numeric",
              month: "short",
              ...(then.getFullYear() === now.getFullYear()
                ? { hour: "2-digit", minute: "2-digit" }
                : { year: "numeric" }),
            },
      ).format(then);
    },
    day(iso: string) {
      const then = new Date(`${iso}T12:00:00`);
      if (Number.isNaN(then.getTime())) return iso;
      return new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", year: "numeric" }).format(then);
    },
    language(code: string) {
      try {
        return names.of(code) ?? code;
      } catch {
        return code;
      }
    },
    list: (items: string[]) => new Intl.ListFormat(locale, { type: "conjunction" }).format(items),
  } satisfies Formats;
}

/** The window's language as it is written where the user lives: `en-GB` when the system says so. */
function regional(language: string): string {
  return navigator.languages.find((known) => known.startsWith(`${language}-`)) ?? language;
}

const known = new Map<string, Formats>();

export function useFormats(): Formats {
  const { i18n } = useTranslation("common");
  const { language } = i18n;
  // Formatters are dear to make and tables have thousands of cells: one set a language.
  let formats = known.get(language);
  if (!formats) {
    const t = i18n.getFixedT(language, "common");
    formats = createFormats(regional(language), (key, values) =>
      t(`duration.${key}` as "duration.seconds", { seconds: 0, ...values }),
    );
    known.set(language, formats);
  }
  return formats;
}
