/** Typed commands: an unknown command, a wrong field or a wrong use of the answer does not compile. */
import i18next from "i18next";
import type { CommandError, RpcSchema, StreamSchema } from "@/generated/rpc";
import { platform } from "@/platform/current";
import type { ContractRpc, ContractStreams } from "./contract";

type Rpc = Omit<RpcSchema, keyof ContractRpc> & ContractRpc;
export type Streams = Omit<StreamSchema, keyof ContractStreams> & ContractStreams;

export type Command = keyof Rpc;
export type Params<C extends Command> = Rpc[C][0];
export type View<C extends Command> = Rpc[C][1];
export type StreamCommand = keyof Streams;

/** Any failure as a `CommandError`, whoever threw it. */
export function asCommandError(error: unknown): CommandError {
  if (typeof error === "object" && error !== null && "code" in error && "message" in error) {
    return error as CommandError;
  }
  return {
    code: "internal",
    message: i18next.t("errors:message.internal"),
    detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  };
}

export async function call<C extends Command>(command: C, params: Params<C>): Promise<View<C>> {
  try {
    return (await platform().call(command, params)) as View<C>;
  } catch (error) {
    throw asCommandError(error);
  }
}

export async function stream<C extends StreamCommand>(
  command: C,
  params: Streams[C][0],
  onEvent: (event: Streams[C][2]) => void,
  signal?: AbortSignal,
): Promise<Streams[C][1]> {
  try {
    const answer = await platform().stream(
      command,
      params,
      (event) => onEvent(event as Streams[C][2]),
      ...(signal ? [signal] : []),
    );
    return answer as Streams[C][1];
  } catch (error) {
    throw asCommandError(error);
  }
}
