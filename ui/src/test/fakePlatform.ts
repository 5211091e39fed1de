/** A platform that answers from a table, for tests. Never part of the application that ships. */
import type { CommandError, DocumentSource, StreamSchema } from "@/generated/rpc";
import type { DropHandlers, Platform } from "@/platform/types";
import type { Command, Params, StreamCommand, View } from "@/rpc/call";

type Calls = { [C in Command]?: (params: Params<C>) => View<C> | Promise<View<C>> };
type Streams = {
  [C in StreamCommand]?: (
    params: StreamSchema[C][0],
    emit: (event: StreamSchema[C][2]) => void,
    signal: AbortSignal | undefined,
  ) => Promise<StreamSchema[C][1]>;
};

export interface FakePlatform extends Platform {
  /** Every call in order. */
  readonly called: { command: string; payload: unknown }[];
  readonly saved: { name: string; content: string }[];
  title: string;
  /** What the picker will give. */
  picked: DocumentSource[];
  drop: DropHandlers | undefined;
}

export function failure(code: CommandError["code"], message: string): CommandError {
  return { code, message, detail: null };
}

export function createFakePlatform(calls: Calls, streams: Streams = {}): FakePlatform {
  const fake: FakePlatform = {
    kind: "browser",
    called: [],
    saved: [],
    title: "",
    picked: [],
    drop: undefined,
    async call(command, payload) {
      fake.called.push({ command, payload });
      const answer = calls[command as Command] as ((params: unknown) => unknown) | undefined;
      if (!answer) throw failure("not_found", `The test gives no answer to ${command}`);
      return answer(payload);
    },
    async stream(command, payload, onEvent, signal) {
      fake.called.push({ command, payload });
      const answer = streams[command as StreamCommand] as
        | ((params: unknown, emit: (event: unknown) => void, signal: AbortSignal | undefined) => Promise<unknown>)
        | undefined;
      if (!answer) throw failure("not_found", `The test gives no answer to ${command}`);
      return answer(payload, onEvent, signal);
    },
    pickDocuments: async () => fake.picked,
    onFilesDropped(handlers) {
      fake.drop = handlers;
      return () => {
        fake.drop = undefined;
      };
    },
    async saveFile(name, content) {
      fake.saved.push({ name, content });
      return true;
    },
    setTitle(title) {
      fake.title = title;
    },
  };
  return fake;
}
