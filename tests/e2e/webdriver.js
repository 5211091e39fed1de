/** The few calls of the WebDriver protocol that driving one window takes. */
import { strict as assert } from "node:assert";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const POLL_MS = 100;
/** A window that shows no page never answers. */
const ANSWER_MS = 60_000;

export async function openSession(address, application) {
  const send = async (method, path, body) => {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { value } = await response.json();
    if (!response.ok) throw Object.assign(new Error(`${value.error}: ${value.message}`), { kind: value.error });
    return value;
  };
  const { sessionId } = await send("POST", "/session", {
    capabilities: { alwaysMatch: { browserName: "wry", "tauri:options": { application } } },
  });
  const session = `/session/${sessionId}`;

  const find = (xpath) => send("POST", `${session}/elements`, { using: "xpath", value: xpath });

  /** Asks again until the answer is there; WebDriver has no events to wait for. */
  async function until(what, ask, withinMs) {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const answer = await ask().catch((error) => {
        // The page was drawn anew between two calls.
        if (error.kind === "stale element reference" || error.kind === "no such element") return undefined;
        throw error;
      });
      if (answer !== undefined && answer !== false) return answer;
      if (performance.now() > deadline) {
        const text = await run("return document.body.innerText");
        throw new Error(`${what} did not appear within ${withinMs / 1000} s; the window shows:\n${text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  const run = (script, ...args) => send("POST", `${session}/execute/sync`, { script, args });

  async function element(xpath, withinMs = 20_000) {
    const found = await until(xpath, async () => (await find(xpath))[0], withinMs);
    return `${session}/element/${found[ELEMENT]}`;
  }

  return {
    run,
    until,
    async click(xpath, withinMs) {
      await until(
        `a click on ${xpath}`,
        async () => {
          await send("POST", `${await element(xpath, withinMs)}/click`, {});
          return true;
        },
        withinMs ?? 20_000,
      );
    },
    async type(xpath, text) {
      const path = await element(xpath);
      await send("POST", `${path}/clear`, {});
      await send("POST", `${path}/value`, { text });
    },
    async text(xpath, withinMs) {
      return send("GET", `${await element(xpath, withinMs)}/text`);
    },
    async texts(xpath) {
      const found = await find(xpath);
      assert.ok(Array.isArray(found));
      return Promise.all(found.map((each) => send("GET", `${session}/element/${each[ELEMENT]}/text`)));
    },
    title: () => send("GET", `${session}/title`),
    close: () => send("DELETE", session),
  };
}
