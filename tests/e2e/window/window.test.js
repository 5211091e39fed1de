/**
 * The real window, once: a library is read, searched, made into a kit and erased from, a brief becomes pieces, everything
 * by clicking. The system's own dialogs cannot be driven, nor can files be dropped by a real hand: a drop is told to the page
 * by the event that the shell sends it.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { FAMILIES, FRAMES, GUIDE, RULES, SCANNED, SERVICE, VOICE } from "../documents.js";
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
    for (const { name, buffer } of [GUIDE, SERVICE, FAMILIES, FRAMES, RULES, SCANNED]) {
      await writeFile(join(documents, name), buffer);
    }
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

  /** Takes a picture of the screen, when somebody wants to look at it; WebDriver's own hangs here. */
  async function picture(name) {
    if (!process.env.QUILLHOUSE_SHOTS) return;
    await mkdir(process.env.QUILLHOUSE_SHOTS, { recursive: true });
    await run("import", ["-window", "root", join(process.env.QUILLHOUSE_SHOTS, `${name}.png`)]);
  }

  const row = (name, state) => `//*[@role='row'][contains(., '${name}')][contains(., '${state}')]`;

  /** Waits until so much of a drawn page is dark. */
  const inked = (page, share) =>
    window.until(
      `page ${page} with ${share * 100} % of ink`,
      () =>
        window.run(
          `const canvas = document.querySelector('[data-page="' + arguments[0] + '"] canvas');
           if (!canvas || canvas.width === 0) return false;
           const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
           let dark = 0;
           for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0 && data[at] < 128) dark += 1;
           return dark / (data.length / 4) > arguments[1];`,
          String(page),
          share,
        ),
      20_000,
    );

  it("opens on the brand's home and shows its library", async () => {
    await window.click("//nav//a[normalize-space()='Library']");
    await window.text(row(GUIDE.name, "Ready"));
    await window.text(row(FRAMES.name, "31 pages"));
    assert.equal(await window.run("return typeof window.__TAURI__"), "undefined", "the bridge is not a global");
    await picture("window-library");
  });

  it("draws the pages of a PDF beside the table, those of a scanner as well", async () => {
    await window.click(row(FRAMES.name, "Ready"));
    await window.text("//section[starts-with(@aria-label, 'Pages of')]//*[@data-page='1']//span[contains(., 'Frame batch')]");
    await inked(1, 0.000_3);
    await picture("window-page");
    await window.click(row(SCANNED.name, "Ready"));
    await inked(1, 0.08);
    await window.click("//button[@aria-label='Close the preview']");
  });

  it("finds words and opens the page with them marked", async () => {
    await window.type("//input[@aria-label='Search the library']", "heated grips");
    await window.text(`//section[@aria-label='${FRAMES.name}']//button[@data-hit]//mark`);
    await window.click(`//section[@aria-label='${FRAMES.name}']//button[@data-hit]`);
    const marked = await window.text("//*[@data-page='11']//mark");
    assert.match(marked, /heated|grips/i, "the words that were looked for are marked on the page");
    await picture("window-search");
    await window.click("//button[@aria-label='Clear the search']");
    await window.text(row(GUIDE.name, "Ready"));
  });

  it("adds what is dropped, by its path", async () => {
    const dropped = join(folder, VOICE.name);
    await writeFile(dropped, VOICE.buffer);
    await window.run(
      `const event = "tauri://drag-drop";
       const listeners = window.__internal_unstable_listeners_object_id__[event];
       window.__internal_unstable_listeners_function_id__(
         { event, payload: { paths: [arguments[0]], position: { x: 400, y: 400 } } },
         Object.getOwnPropertyNames(listeners),
       );`,
      dropped,
    );
    await window.text(row(VOICE.name, "Ready"), 60_000);
  });

  const facts = "//section[.//h2[starts-with(normalize-space(), 'Facts and claims')]]";

  it("builds the brand kit and shows where an entry stands", async () => {
    await window.click("//nav//a[normalize-space()='Brand kit']");
    await window.click(button("Build the kit"));
    await window.text(`${facts}//li`, 60_000);
    await picture("window-kit");
    await window.click(`(${facts}//li//button[contains(., 'p. ')])[1]`);
    const marked = await window.text("//section[@aria-label='Document']//mark");
    assert.ok(marked.length > 2, "the words of the entry are marked in their document");
    await window.click("//button[@aria-label='Close the preview']");
  });

  it("ends a stream in the program when its page says so", async () => {
    const ended = await window.run(`
      const invoke = window.__TAURI_INTERNALS__.invoke;
      const callback = window.__TAURI_INTERNALS__.transformCallback(() => {});
      const brand = location.hash.split("/")[2];
      const stream = invoke("rpc_stream", { stream: "story", cmd: "library_watch", payload: { brand }, channel: "__CHANNEL__:" + callback })
        .then(() => "done", (error) => error.code);
      return invoke("rpc_stop", { stream: "story" }).then(() => stream);
    `);
    assert.equal(ended, "cancelled", "a stream that would go on for ever has ended");
  });

  it("erases a document and hands over the receipt", async () => {
    await window.click("//nav//a[normalize-space()='Library']");
    await window.click(row(RULES.name, "Ready"));
    await window.click("//section[@aria-label='Document']//button[normalize-space()='Erase…']");
    await window.click("//*[@role='dialog']//button[normalize-space()='Erase']");
    await window.text("//*[@role='dialog'][contains(., 'Checked: nothing of it is left')]", 60_000);
    await picture("window-receipt");
    await window.click("//*[@role='dialog']//button[normalize-space()='Done']");
    await window.until(
      "the row is gone",
      async () => (await window.texts(`//*[@role='row'][contains(., '${RULES.name}')]`)).length === 0,
      20_000,
    );
  });

  it("writes an article without a model, from the form to the cited text", async () => {
    await window.click("//nav//a[normalize-space()='New activity']");
    await window.type(labelled("What is it about?"), TOPIC);
    await window.type(labelled("Keywords"), "cargo bike, family");
    await window.type(labelled("Length in words"), "400");
    await window.click(`${labelled("Model")}/option[@value='none']`);
    await window.click(button("Write it"));
    await window.text("//a[normalize-space()='Review the draft']", 120_000);
    await picture("window-run");
    await window.click("//a[normalize-space()='Review the draft']");
    await window.click("//button[starts-with(@aria-label, 'Source 1')]");
    const marked = await window.text("//section[@aria-label='Document']//mark");
    assert.ok(marked.length > 10, "the passage behind the citation is marked");
    await picture("window-piece");
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
