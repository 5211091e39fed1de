/** Guards that turn a word from the application into a key of the window's words. */
import type { ContentType, Network } from "@/generated/rpc";

export const NETWORKS = [
  "linkedin",
  "x",
  "facebook",
  "instagram",
  "threads",
  "bluesky",
  "mastodon",
] as const satisfies readonly Network[];

export const CONTENT_TYPES = ["blog", "social", "audio", "video"] as const satisfies readonly ContentType[];

export function networkOf(word: string | null): Network | undefined {
  return NETWORKS.find((network) => network === word);
}

export function contentTypeOf(word: string): ContentType | undefined {
  return CONTENT_TYPES.find((type) => type === word);
}
