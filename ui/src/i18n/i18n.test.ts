import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createFormats } from "./format";
import { de } from "./locales/de";
import { en } from "./locales/en";

function keys(words: object, path = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? keys(value, `${path}${key}.`) : [`${path}${key}`],
  );
}

function texts(words: object): string[] {
  return Object.values(words).flatMap((value) =>
    typeof value === "object" && value !== null ? texts(value) : [String(value)],
  );
}

const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "test" || entry.name === "generated" ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\./.test(entry.name) ? [path] : [];
  });
}

const files = sources(join(process.cwd(), "src"));

describe("the words of the window", () => {
  it("are the same keys in English and German", () => {
    expect(keys(de)).toEqual(keys(en));
  });

  it("are never empty, and have no full stop at the end of a note", () => {
    expect([...texts(en), ...texts(de)].filter((text) => text.trim() === "")).toEqual([]);
  });

  it("take the same values in both languages", () => {
    const german = texts(de);
    const differing = texts(en).filter((text, at) => places(text).join() !== places(german[at] ?? "").join());
    expect(differing).toEqual([]);
  });

  it("do not stand in the code", () => {
    const found = files
      .filter((file) => file.endsWith(".tsx"))
      .flatMap((file) =>
        [...readFileSync(file, "utf8").matchAll(/>\s*([A-Z][a-z]+[a-z ,.’]*)\s*<\//g)].map(
          (match) => `${file}: ${match[1]}`,
        ),
      );
    expect(found, "words between tags belong into i18n/locales").toEqual([]);
  });
});

describe("colours", () => {
  it("stand in the file of tokens and nowhere else", () => {
    const found = files.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/#[0-9a-f]{6}\b|\brgba?\(|\bhsl\(/gi)].map(
        (match) => `${file}: ${match[0]}`,
      ),
    );
    expect(found).toEqual([]);
  });
});

describe("formats", () => {
  const words = (key: string, values: object) => `${key} ${Object.values(values).join(":")}`;
  const formats = createFormats("en-GB", words);

  it.each([
    [0, "seconds 0"],
    [59.6, "minutes 1:0"],
    [312, "minutes 5:12"],
    [3_900, "hours 1:05"],
    [-4, "seconds 0"],
  ])("write %d seconds as a length of time", (seconds, expected) => {
    expect(formats.duration(seconds)).toBe(expected);
  });

  it.each([
    [3, "seconds 5"],
    [41, "seconds 45"],
    [200, "wholeMinutes 3"],
  ])("write an estimate of %d seconds without false precision", (seconds, expected) => {
    expect(formats.roughDuration(seconds)).toBe(expected);
  });

  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [47, "47 bytes"],
    [3_120, "3.1 kB"],
    [412_300, "412 kB"],
    [2_620_000_000, "2.6 GB"],
  ])("write %d bytes", (count, expected) => {
    expect(formats.bytes(count)).toBe(expected);
  });

  it("tell a day without a time as a day, also when it is today", () => {
    const today = new Date().toISOString().slice(0, 10);
    expect(formats.date("2026-11-21")).toBe("21 Nov 2026");
    expect(formats.date(today)).not.toContain(":");
  });

  it("leave a time as it is that cannot be read", () => {
    expect(formats.date("not a time")).toBe("not a time");
  });
});
