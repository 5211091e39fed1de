/** Names of streams, used once: the application ends a stream by the name that the page gave it. */
const page = [...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join("");
let last = 0;

export function streamName(): string {
  last += 1;
  return `${page}-${last}`;
}
