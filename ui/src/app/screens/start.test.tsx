/** The first start, and what stands around every screen: palette, ledger, shortcuts, language. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { samplePlatform } from "@/test/answers";
import { failure } from "@/test/fakePlatform";
import { calls, renderApp } from "@/test/renderApp";
import { brand } from "@/test/samples/library";

describe("the first start", () => {
  it("asks for a brand and leads to its library", async () => {
    const platform = samplePlatform({ brand_list: () => ({ brands: [] }) });
    const { user } = renderApp(platform, "/");
    await user.type(await screen.findByLabelText("Brand name"), " Nordlys ");
    await user.click(screen.getByRole("button", { name: "Create brand" }));
    expect(calls(platform, "brand_create"), "the name without the spaces around it").toEqual([{ name: "Nordlys" }]);
    await waitFor(() => expect(window.location.hash).toBe("#/b/b3/library"));
  });

  it("says what is wrong with a name where it was typed", async () => {
    const platform = samplePlatform({
      brand_list: () => ({ brands: [] }),
      brand_create: () => {
        throw failure("already_exists", "There is a brand `Nordlys` already");
      },
    });
    const { user } = renderApp(platform, "/");
    const name = await screen.findByLabelText("Brand name");
    await user.type(name, "Nordlys{Enter}");
    expect(await screen.findByText("There is a brand `Nordlys` already")).toBeTruthy();
    expect(name.getAttribute("aria-invalid")).toBe("true");
  });
});

describe("the frame", () => {
  it("names every host that was reached in place of the calm words", async () => {
    const status = {
      version: "0.1.0",
      data_folder: "/data",
      privacy: { sealed: false, hosts: ["api.example.com"] },
      engine: { model: "none", name: "No model", way: null, note: null },
    };
    renderApp(samplePlatform({ app_status: () => status }), "/b/b1");
    expect(await screen.findByRole("button", { name: /Reached api.example.com/ })).toBeTruthy();
    expect(screen.queryByText("Nothing left this computer")).toBeNull();
  });

  it("reaches everything from the palette", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1");
    await screen.findByRole("heading", { name: "Home" });
    await user.keyboard("{Control>}k{/Control}");
    await user.type(await screen.findByRole("combobox"), "ninety seconds");
    await user.click(await screen.findByRole("option", { name: "Winter berths in ninety seconds" }));
    await waitFor(() => expect(window.location.hash).toBe("#/b/b1/pieces/w4"));
  });

  it("shows the shortcuts of the table", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1");
    await screen.findByRole("heading", { name: "Home" });
    await user.keyboard("{Control>}/{/Control}");
    const sheet = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
    expect(within(sheet).getByText("Ctrl Shift F")).toBeTruthy();
  });

  it("keeps the brand in every address, so that two clients never mix", async () => {
    const { user } = renderApp(samplePlatform(), "/b/b1/library");
    await screen.findByText("Price list 2025.pdf");
    await user.click(screen.getByRole("button", { name: /Switch brand/ }));
    await user.click(await screen.findByRole("menuitem", { name: /Nordlys/ }));
    await waitFor(() => expect(window.location.hash).toBe("#/b/b2"));
    expect(screen.queryByText("Price list 2025.pdf")).toBeNull();
    expect(brand.id).not.toBe("b2");
  });

  it("speaks German from the next word on", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, "/b/b1/settings");
    await user.click(await screen.findByRole("button", { name: "Deutsch" }));
    expect(await screen.findByRole("heading", { name: "Einstellungen" })).toBeTruthy();
    expect(calls(platform, "setting_set")).toContainEqual({ key: "window_language", value: "de" });
    await user.click(screen.getByRole("button", { name: "English" }));
    expect(await screen.findByRole("heading", { name: "Settings" })).toBeTruthy();
  });
});
