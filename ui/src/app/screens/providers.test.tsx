/** What people see and do of providers: agree before anything is sent, add an account, prove it, keep a brand here. */
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { ProviderListView } from "@/generated/rpc";
import { samplePlatform } from "@/test/answers";
import { failure } from "@/test/fakePlatform";
import { calls, renderApp } from "@/test/renderApp";
import { mistral, providers } from "@/test/samples/providers";
import { runDetail } from "@/test/samples/runs";

const SETTINGS = "/b/b1/settings";

const listed = (change: Partial<ProviderListView>) =>
  samplePlatform({ provider_list: () => ({ ...providers, ...change }) });

describe("providers", () => {
  it("say what would be sent and to whom, and are agreed to before", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, SETTINGS);
    expect(await screen.findByText("Nothing is sent to api.mistral.ai yet")).toBeTruthy();
    expect(screen.getByText(/the brief, passages of your documents/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Agree to send to api.mistral.ai" }));
    await waitFor(() => expect(calls(platform, "provider_set")).toEqual([{ provider: "mistral", agreed: true }]));
  });

  it("can be taken back, and say nothing of agreement when they are on this computer", async () => {
    const agreed = { ...mistral, agreed_at: "2026-11-20T10:00:00.000Z" };
    const here = { ...mistral, id: "openai_compatible" as const, name: "House server", is_here: true };
    const platform = listed({ providers: [agreed, here] });
    const { user } = renderApp(platform, SETTINGS);
    await user.click(await screen.findByRole("button", { name: "Take back" }));
    await waitFor(() => expect(calls(platform, "provider_set")).toEqual([{ provider: "mistral", agreed: false }]));
    expect(screen.getByText("On this computer: nothing leaves it")).toBeTruthy();
    expect(screen.queryByText(/Nothing is sent to/)).toBeNull();
  });

  it("get an account whose key is shown to nobody, not even in the field", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, SETTINGS);
    await user.click(await screen.findByRole("button", { name: "Add an account" }));
    const key = screen.getByLabelText("Key");
    expect(key.getAttribute("type")).toBe("password");
    await user.selectOptions(screen.getByLabelText("Provider"), "OpenAI-compatible");
    await user.type(screen.getByLabelText("Address"), "http://127.0.0.1:8000/v1");
    await user.type(key, "sk-canary");
    await user.click(screen.getByRole("button", { name: "Add" }));
    await waitFor(() =>
      expect(calls(platform, "provider_add")).toEqual([
        { kind: "openai_compatible", address: "http://127.0.0.1:8000/v1", key: "sk-canary" },
      ]),
    );
    await waitFor(() => expect(screen.queryByLabelText("Key")).toBeNull());
    expect(document.body.innerHTML).not.toContain("sk-canary");
  });

  it("are proved by a test, whose problem stands at the account", async () => {
    const problem = failure("key_refused", "api.mistral.ai did not accept the key");
    const platform = samplePlatform({
      account_test: ({ account }) =>
        account === "mistral-1"
          ? { account, ok: true, latency_ms: 214, models: 3, problem: null }
          : { account, ok: false, latency_ms: 0, models: 0, problem },
    });
    const { user } = renderApp(platform, SETTINGS);
    const [first, second] = await screen.findAllByRole("button", { name: "Test" });
    if (!first || !second) throw new Error("the samples have two accounts");
    expect(screen.getByText("No more calls for now")).toBeTruthy();
    await user.click(first);
    expect(await screen.findByText("Good: 3 models, 214 ms")).toBeTruthy();
    await user.click(second);
    expect(await screen.findByText("The key was not accepted")).toBeTruthy();
  });

  it("ask for a passphrase where there is no keychain, and say why a wrong one opens nothing", async () => {
    const refuse = () => {
      throw { ...failure("invalid_input", "wrong"), reason: { kind: "wrong_passphrase" } };
    };
    const platform = samplePlatform({
      provider_list: () => ({ ...providers, keys: { place: "passphrase", exists: true, unlocked: false } }),
      keys_unlock: refuse,
    });
    const { user } = renderApp(platform, SETTINGS);
    await user.type(await screen.findByLabelText("Passphrase of the keys"), "not this one");
    await user.click(screen.getByRole("button", { name: "Unlock" }));
    expect(await screen.findByText(/not the passphrase the keys were sealed with/)).toBeTruthy();
  });
});

describe("a brand's texts", () => {
  it("can be kept on this computer", async () => {
    const platform = samplePlatform();
    const { user } = renderApp(platform, SETTINGS);
    const choice = await screen.findByRole("group", { name: "Texts of Halden Ferry Co." });
    await user.click(within(choice).getByRole("button", { name: "Stay on this computer" }));
    await waitFor(() => expect(calls(platform, "brand_set")).toEqual([{ brand: "b1", local_only: true }]));
  });
});

describe("a step", () => {
  it("says which account was asked, and why not the others", async () => {
    const route = {
      account: "mistral-1",
      provider: "mistral",
      model: "mistral/mistral-small",
      candidates: [
        { account: "mistral-1", is_chosen: true, reasons: ["The only one that can take the call"] },
        { account: "mistral-2", is_chosen: false, reasons: ["The provider wants no calls for now"] },
      ],
    };
    const steps = runDetail.steps.map((step) => (step.report ? { ...step, report: { ...step.report, route } } : step));
    const watching = { run_watch: () => new Promise<never>(() => undefined) };
    const { user } = renderApp(
      samplePlatform({ run_show: () => ({ ...runDetail, steps }) }, watching),
      "/b/b1/runs/r1",
    );
    await user.click(await screen.findByText("Asked with the account mistral-1"));
    expect(screen.getByText("The only one that can take the call")).toBeTruthy();
    expect(screen.getByText("The provider wants no calls for now")).toBeTruthy();
  });
});

describe("usage", () => {
  it("is told by model, and says where nobody knows the cost", async () => {
    renderApp(samplePlatform(), SETTINGS);
    const row = (await screen.findByRole("rowheader", { name: "mistral/mistral-small" })).closest("tr");
    if (!row) throw new Error("a row header stands in a row");
    expect(within(row).getByText("31")).toBeTruthy();
    expect(within(row).getByText("not known")).toBeTruthy();
  });
});
