import { describe, expect, it } from "vitest";
import { serverEvents } from "./serverEvents";

function body(...chunks: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
}

async function read(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const found: string[] = [];
  for await (const data of serverEvents(body(...chunks))) found.push(data);
  return found;
}

describe("server events", () => {
  it.each<[string, (string | Uint8Array)[], string[]]>([
    ["one event", ["data: a\n\n"], ["a"]],
    ["two events in one piece", ["data: a\n\ndata: b\n\n"], ["a", "b"]],
    ["an event cut in the middle of its name", ["da", "ta: a\n", "\n"], ["a"]],
    ["data of several lines", ["data: a\ndata: b\n\n"], ["a\nb"]],
    ["comments and other fields", [": keep-alive\n\nid: 7\nevent: x\ndata: a\n\n"], ["a"]],
    ["line breaks of other systems", ["data: a\r\n\r\ndata: b\r", "\n\r\n"], ["a", "b"]],
    ["no space after the colon", ["data:a\n\n"], ["a"]],
    ["an end without an empty line", ["data: a"], ["a"]],
    ["nothing", [""], []],
  ])("reads %s", async (_case, chunks, expected) => {
    expect(await read(...chunks)).toEqual(expected);
  });

  it("keeps a character whole whose bytes arrive in two pieces", async () => {
    const bytes = new TextEncoder().encode("data: ü\n\n");
    expect(await read(bytes.slice(0, 7), bytes.slice(7)), "ü has two bytes, cut between them").toEqual(["ü"]);
  });
});
