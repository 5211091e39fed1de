/** A brand goes, or everything does, through the whole window on a platform that answers from a table. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { samplePlatform } from "@/test/answers";
import { calls, renderApp } from "@/test/renderApp";

describe("erasing", () => {
  it("takes a brand away once its name was typed, gives a receipt, and leaves", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/settings");
    await user.click(await screen.findByRole("button", { name: "Erase Halden Ferry Co.…" }));
    const dialog = await screen.findByRole("dialog");
    const erase = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Erase" });
    expect(erase.disabled, "a slip of the mouse erases nothing").toBe(true);
    await user.type(within(dialog).getByLabelText("Type “Halden Ferry Co.” to confirm"), "Halden Ferry Co.");
    await user.click(erase);
    await waitFor(() => expect(calls(platform, "brand_erase")).toEqual([{ brand: "b1" }]));
    expect(await screen.findByText("Checked: nothing of it is left")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Done" }));
    await waitFor(() => expect(window.location.hash).not.toContain("settings"));
  });

  it("asks for its own words before everything goes, and says them to the application in its language", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/settings");
    await user.click(await screen.findByRole("button", { name: "Erase everything…" }));
    await user.type(await screen.findByLabelText("Type “erase everything” to confirm"), "erase everything");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Erase" }));
    await waitFor(() => expect(calls(platform, "data_erase")).toEqual([{ confirm: "erase everything" }]));
  });
});
