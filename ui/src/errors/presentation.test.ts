import { describe, expect, it } from "vitest";
import { de } from "@/i18n/locales/de";
import { en } from "@/i18n/locales/en";
import { present, presentation } from "./presentation";

describe("the error table", () => {
  it.each(Object.keys(presentation))("has a title for %s in both languages", (code) => {
    expect(en.errors.title).toHaveProperty(code);
    expect(de.errors.title).toHaveProperty(code);
  });

  it("never shows that something was cancelled", () => {
    expect(present("cancelled").severity, "the user did it, so it is no error").toBe("silent");
  });

  it("shows a code it does not know as a failure", () => {
    expect(present("from_the_future")).toEqual(presentation.internal);
  });
});
