/** Starts programs of their own group and ends exactly these, by process id. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

/** The value of a variable that `cargo xtask test` sets. */
export function needed(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run \`cargo xtask test browser window\``);
  return value;
}

/** A port of the loopback that nobody listens on. */
export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** A running program: what it said on stderr, its lines on stdout, and the way to end it with all it started. */
export function start(program, args, env) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: process.platform !== "win32",
  });
  let said = "";
  child.stderr.on("data", (bytes) => {
    said = (said + bytes).slice(-20_000);
  });
  const lines = createInterface({ input: child.stdout });
  const ended = new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", (error) => resolve({ error }));
  });
  const signal = (name) => {
    try {
      process.kill(process.platform === "win32" ? child.pid : -child.pid, name);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  return {
    pid: child.pid,
    said: () => said,
    ended,
    async firstLine() {
      const line = once(lines, "line").then(([text]) => text);
      const end = ended.then((how) => {
        throw new Error(`${program} ended before it was ready: ${JSON.stringify(how)}\n${said}`);
      });
      return Promise.race([line, end]);
    },
    async stop() {
      signal("SIGTERM");
      const late = setTimeout(() => signal("SIGKILL"), 5_000);
      await ended;
      clearTimeout(late);
      signal("SIGKILL");
    },
  };
}

/** What every Quillhouse of a test gets: its own folders, and no engine but its own. */
export function quarantine(folder) {
  return {
    HOME: folder,
    XDG_CONFIG_HOME: `${folder}/config`,
    XDG_CACHE_HOME: `${folder}/cache`,
    XDG_DATA_HOME: `${folder}/share`,
    QUILLHOUSE_DATA: `${folder}/data`,
    OLLAMA_HOST: "127.0.0.1:9",
  };
}
