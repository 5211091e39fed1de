/** The development server in a folder of its own. */
import { needed, quarantine, start } from "./processes.js";

/** Streams that were begun: each has a name of its own. */
let streams = 0;

export async function startServer(folder) {
  const program = start(needed("QUILLHOUSE_DEV"), ["serve", "--data", `${folder}/data`, "--json"], {
    ...quarantine(folder),
    QUILLHOUSE_MODELS: needed("QUILLHOUSE_MODELS"),
  });
  const { url, port, token } = JSON.parse(await program.firstLine());
  return {
    ...program,
    url,
    port,
    token,
    origin: `http://127.0.0.1:${port}`,
    /** Does a command, as the window would. */
    async call(command, payload) {
      const response = await fetch(`http://127.0.0.1:${port}/rpc/${command}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-quillhouse-token": token },
        body: JSON.stringify(payload),
      });
      const answer = await response.json();
      if (!response.ok) throw Object.assign(new Error(answer.message), answer);
      return answer;
    },
    /** Does a command that tells how far it is, and gives what it tells at the end. */
    async stream(command, payload) {
      const response = await fetch(`http://127.0.0.1:${port}/rpc_stream/${command}/test-${++streams}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-quillhouse-token": token },
        body: JSON.stringify(payload),
      });
      const frames = (await response.text()).split("\n").filter((line) => line.startsWith("data:"));
      const last = JSON.parse(frames.at(-1).slice(5));
      if ("error" in last) throw Object.assign(new Error(last.error.message), last.error);
      return last.result;
    },
  };
}
