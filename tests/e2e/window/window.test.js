/** The real window, once: a brief in, pieces out, everything by clicking. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { FAMILIES, GUIDE, SERVICE } from "../documents.js";
import { freePort, needed, quarantine, start } from "../processes.js";
import { openSession } from "../webdriver.js";

const BRAND = "Bergvik";
const TOPIC = "Owning a cargo bike as a family";
const run = promisify(execFile);

const button = (name) => `//button[normalize-space()='${name}']`;
const labelled = (name) => `//*[@id=//label[normalize-space()='${name}']/@for]`;

describe("the real window", { concurrency: false }, () => {
  let folder, environment, driver, window;

  /** The command line beside the window's program, on the same data; only while the window is closed. */
  async function quillhouse(...args) {
    const program = join(dirname(needed("QUILLHOUSE_DESKTOP")), "quillhouse");
    const { stdout } = await run(program, [...args, "--json"], {
      env: { ...process.env, ...environment },
      maxBuffer: 64 * 1024 * 1024,
    });
    return JSON.parse(stdout);
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "quillhouse-window-"));
    environment = { ...quarantine(folder), QUILLHOUSE_MODELS: needed("QUILLHOUSE_MODELS") };
    const documents = join(folder, "documents");
    await mkdir(documents);
    for (const { name, buffer } of [GUIDE, SERVICE, FAMILIES]) await writeFile(join(documents, name), buffer);
    await quillhouse("brand", "create", BRAND);
    await quillhouse("library", "add", BRAND, documents);

    const [port, nativePort] = [await freePort(), await freePort()];
    driver = start(
      needed("QUILLHOUSE_TAURI_DRIVER"),
      ["--port", String(port), "--native-port", String(nativePort)],
      environment,
    );
    const address = `http://127.0.0.1:${port}`;
    const deadline = performance.now() + 20_000;
    while (!(await fetch(`${address}/status`).then((answer) => answer.ok, () => false))) {
      assert.ok(performance.now() < deadline, `tauri-driver does not answer: ${driver.said()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    window = await openSession(address, needed("QUILLHOUSE_DESKTOP"));
  });

  after(async () => {
    await window?.close().catch(() => {});
    await driver?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("opens on the brand's home and shows its library", async () => {
    await window.click("//nav//a[normalize-space()='Library']");
    await window.text(`//*[@role='row'][contains(., '${GUIDE.name}')][contains(., 'Ready')]`);
    assert.equal(await window.run("return typeof window.__TAURI__"), "undefined", "the bridge is not a global");
  });

  it("writes an article without a model, from the form to the cited text", async () => {
    await window.click("//nav//a[normalize-space()='New activity']");
    await window.type(labelled("What is it about?"), TOPIC);
    await window.type(labelled("Keywords"), "cargo bike, family");
    await window.type(labelled("Length in words"), "400");
    await window.click(`${labelled("Model")}/option[@value='none']`);
    await window.click(button("Write it"));
    await window.text("//a[normalize-space()='Review the draft']", 120_000);
    if (process.env.QUILLHOUSE_SHOTS) {
      await mkdir(process.env.QUILLHOUSE_SHOTS, { recursive: true });
      await run("import", ["-window", "root", join(process.env.QUILLHOUSE_SHOTS, "window-run.png")]);
    }
    await window.click("//a[normalize-space()='Review the draft']");
    await window.click("//button[starts-with(@aria-label, 'Source 1')]");
    const marked = await window.text("//section[@aria-label='Document']//mark");
    assert.ok(marked.length > 10, "the passage behind the citation is marked");
    if (process.env.QUILLHOUSE_SHOTS) {
      await run("import", ["-window", "root", join(process.env.QUILLHOUSE_SHOTS, "window-piece.png")]);
    }
  });

  it("lets the page reach nothing but the command list", async () => {
    const refused = await window.run(`
      const invoke = window.__TAURI_INTERNALS__.invoke;
      window.refusals = {};
      for (const command of ["plugin:fs|read_file", "plugin:shell|open", "plugin:window|close", "plugin:dialog|message"])
        invoke(command, {}).then(() => { window.refusals[command] = "done"; }, (error) => { window.refusals[command] = String(error); });
      return fetch("http://127.0.0.1:9/").then(() => "reached", () => "refused");
    `);
    assert.equal(refused, "refused", "the policy closes the network to the page");
    const answers = await window.until(
      "the answers of four commands",
      async () => {
        const found = await window.run("return window.refusals");
        return Object.keys(found).length === 4 ? found : undefined;
      },
      10_000,
    );
    for (const [command, answer] of Object.entries(answers)) {
      assert.match(answer, /not allowed|not found/i, `${command} is not granted`);
    }
  });

  it("leaves everything saved when it is closed", async () => {
    await window.close();
    window = undefined;
    await driver.stop();
    const { pieces } = await quillhouse("piece", "list", BRAND);
    assert.ok(pieces.some(({ type, words }) => type === "blog" && words > 200), "the article is there");
  });
});
