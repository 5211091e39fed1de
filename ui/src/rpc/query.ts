/** Commands as queries: the key of a query is the command and its parameters, and nothing else. */
import {
  keepPreviousData,
  QueryClient,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback } from "react";
import type { CommandError } from "@/generated/rpc";
import { type Command, call, type Params, type View } from "./call";

declare module "@tanstack/react-query" {
  interface Register {
    defaultError: CommandError;
  }
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The application is on this computer: asking twice does not make a failed command succeed.
      queries: { retry: false, staleTime: 5_000, networkMode: "always" },
      mutations: { networkMode: "always" },
    },
  });
}

interface QueryOptions {
  enabled?: boolean;
  /** Asks again after so many milliseconds while the screen is open. */
  refetchMs?: number;
  /** Shows the former answer while the next one is on its way. */
  keepFormer?: boolean;
}

export function useCommand<C extends Command>(
  command: C,
  params: Params<C>,
  options: QueryOptions = {},
): UseQueryResult<View<C>> {
  return useQuery<View<C>>({
    queryKey: [command, params],
    queryFn: () => call(command, params),
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchMs ?? false,
    ...(options.keepFormer ? { placeholderData: keepPreviousData as never } : {}),
  }) as UseQueryResult<View<C>>;
}

/** A command that changes something; afterwards the named queries are asked again. */
export function useAction<C extends Command>(command: C, changes: readonly Command[] = []) {
  const client = useQueryClient();
  return useMutation<View<C>, CommandError, Params<C>>({
    mutationFn: (params) => call(command, params),
    onSuccess: () => Promise.all(changes.map((changed) => client.invalidateQueries({ queryKey: [changed] }))),
  });
}

/** Asks the named queries again, for streams that change things. */
export function useRefresh(): (...commands: Command[]) => void {
  const client = useQueryClient();
  return useCallback(
    (...commands) => {
      for (const command of commands) void client.invalidateQueries({ queryKey: [command] });
    },
    [client],
  );
}
