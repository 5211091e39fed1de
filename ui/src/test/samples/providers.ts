/** Invented providers and usage in the application's own shapes. */
import type { AccountView, ProviderListView, ProviderView, UsageListView, UsageView } from "@/generated/rpc";

const account = (id: string, label: string, more: Partial<AccountView>): AccountView => ({
  id,
  label,
  has_key: true,
  is_off: false,
  limit_tokens: null,
  used_tokens: 0,
  resets_at: null,
  refusal: null,
  ...more,
});

export const mistral: ProviderView = {
  id: "mistral",
  name: "Mistral",
  address: "https://api.mistral.ai/v1/",
  host: "api.mistral.ai",
  is_here: false,
  priority: "primary",
  concurrency: 2,
  is_off: false,
  agreed_at: null,
  health: "ok",
  is_readable: false,
  accounts: [
    account("mistral-1", "House", { limit_tokens: 2_000_000, used_tokens: 412_000 }),
    account("mistral-2", "Spare", { refusal: "too_many" }),
  ],
  models: [{ id: "mistral/mistral-small", name: "Mistral Small", context_tokens: 131_072 }],
};

export const providers: ProviderListView = {
  providers: [mistral],
  kinds: [
    { kind: "openai", name: "OpenAI", address: "https://api.openai.com/v1/" },
    { kind: "mistral", name: "Mistral", address: "https://api.mistral.ai/v1/" },
    { kind: "openai_compatible", name: "OpenAI-compatible", address: null },
  ],
  keys: { place: "keychain", exists: true, unlocked: true },
};

const used = (name: string, calls: number, costs: UsageView["costs"]): UsageView => ({
  name,
  calls,
  tokens_in: calls * 1_180,
  tokens_cached: calls * 640,
  tokens_out: calls * 210,
  seconds: calls * 9.4,
  costs,
  calls_without_cost: costs.length === 0 ? calls : 0,
});

export const usage: UsageListView = {
  usage: [used("local/qwen3-4b", 214, [{ currency: "USD", text: "0 USD" }]), used("mistral/mistral-small", 31, [])],
  total: used("", 245, [{ currency: "USD", text: "0 USD" }]),
};
