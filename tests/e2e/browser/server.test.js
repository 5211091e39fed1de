/** Who the development server answers, and what it refuses. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startServer } from "../server.js";

describe("the development server", { concurrency: false }, () => {
  let folder, server;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "quillhouse-e2e-"));
    server = await startServer(folder);
  });

  after(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** A request with any header, which `fetch` would not send. */
  function ask(method, path, headers = {}, body = "") {
    return new Promise((resolve, reject) => {
      const sent = request({ host: "127.0.0.1", port: server.port, method, path, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part) => {
          text += part;
        });
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      sent.on("error", reject).end(body);
    });
  }

  const admitted = () => ({ "x-quillhouse-token": server.token, "content-type": "application/json" });

  it("refuses commands without the token of this start", async () => {
    for (const token of [undefined, "", "0".repeat(64), server.token.slice(1), `${server.token}0`]) {
      const { status, text } = await ask("POST", "/rpc/brand_list", token === undefined ? {} : { "x-quillhouse-token": token }, "{}");
      assert.equal(status, 401, `the token ${JSON.stringify(token)} is not it`);
      assert.ok(!text.includes(server.token), "a refusal tells nothing");
    }
    assert.equal((await ask("POST", "/rpc/brand_list", admitted(), "{}")).status, 200, "the right one is let in");
  });

  it("refuses names that only point here, and pages of other origins", async () => {
    for (const host of ["example.com", `example.com:${server.port}`, "127.0.0.1", "127.0.0.1:1", "localhost.example.com"]) {
      assert.equal((await ask("GET", "/", { host })).status, 403, `\`${host}\` is not this server`);
    }
    for (const origin of ["https://example.com", "null", "http://127.0.0.1", `https://127.0.0.1:${server.port}`]) {
      assert.equal((await ask("POST", "/rpc/brand_list", { ...admitted(), origin }, "{}")).status, 403, origin);
    }
    const own = { ...admitted(), origin: server.origin };
    assert.equal((await ask("POST", "/rpc/brand_list", own, "{}")).status, 200, "its own pages may ask");
  });

  it("serves the UI under the window's policy and nothing else of this computer", async () => {
    const { status, headers, text } = await ask("GET", "/");
    assert.equal(status, 200);
    assert.match(text, /<div id="root">/);
    assert.match(headers["content-security-policy"], /^default-src 'none'.*connect-src 'self'.*frame-ancestors 'none'/);
    assert.ok(!text.includes(server.token), "the token is in the address, not in a page that anybody may fetch");
    for (const path of ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/assets/..%2f..%2fpackage.json", "/etc/passwd"]) {
      assert.equal((await ask("GET", path)).status, 404, path);
    }
  });

  it("answers a wrong command or payload with a sentence", async () => {
    for (const [path, body] of [
      ["/rpc/brand_destroy", "{}"],
      ["/rpc/brand_create", "{}"],
      ["/rpc/brand_create", "not JSON"],
      ["/rpc/brand_create", '{"name":"a","colour":1}'],
    ]) {
      const { status, text } = await ask("POST", path, admitted(), body);
      assert.equal(status, 400, `${path} ${body}`);
      assert.equal(JSON.parse(text).code, "invalid_input");
    }
  });

  it("ends a stream with exactly one result or error", async () => {
    const { id } = await server.call("brand_create", { name: "Streams" });
    let streams = 0;
    const frames = async (payload) => {
      const { headers, text } = await ask("POST", `/rpc_stream/document_add/s${++streams}`, admitted(), JSON.stringify(payload));
      assert.match(headers["content-type"], /^text\/event-stream/);
      return text
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => JSON.parse(line.slice(5)));
    };
    const bytes = Buffer.from("# A heading\n\nA sentence about something that can be read.\n").toString("base64");
    const good = await frames({ brand: id, sources: [{ kind: "bytes", name: "a.md", base64: bytes }] });
    assert.equal(good.at(-1).result.added, 1);
    assert.ok(good.length > 1 && good.slice(0, -1).every((frame) => "event" in frame), "events, then the result");
    const bad = await frames({ brand: "nobody", sources: [] });
    assert.ok(bad.at(-1).error.message.length > 10, "a failure is the last frame");
  });

  it("lets only one Quillhouse into a data folder", async () => {
    const second = await startServer(folder);
    try {
      await assert.rejects(second.call("brand_list", {}), { code: "data_folder_in_use" });
    } finally {
      await second.stop();
    }
  });
});
