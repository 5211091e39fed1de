/** Typed commands: an unknown command, a wrong field or a wrong use of the answer does not compile. */
import i18next from "i18next";
import type { CommandError, RpcSchema, StreamSchema } from "@/generated/rpc";
import { platform } from "@/platform/current";

export type Command = keyof RpcSchema;
export type Params<C extends Command> = RpcSchema[C][0];
export type View<C extends Command> = RpcSchema[C][1];
export type StreamCommand = keyof StreamSchema;

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
  params: StreamSchema[C][0],
  onEvent: (event: StreamSchema[C][2]) => void,
  signal?: AbortSignal,
): Promise<StreamSchema[C][1]> {
  try {
    const answer = await platform().stream(
      command,
      params,
      (event) => onEvent(event as StreamSchema[C][2]),
      ...(signal ? [signal] : []),
    );
    return answer as StreamSchema[C][1];
  } catch (error) {
    throw asCommandError(error);
  }
}
