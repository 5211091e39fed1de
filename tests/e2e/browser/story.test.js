/** One brand from its first document to a cited article, in the real UI over the real command list. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { inspect, openBrowser } from "../browser.js";
import { BROKEN, FAMILIES, GUIDE, SERVICE, VOICE } from "../documents.js";
import { NewActivity } from "../page-models/activity.js";
import { Frame } from "../page-models/frame.js";
import { Library } from "../page-models/library.js";
import { Piece } from "../page-models/piece.js";
import { Run } from "../page-models/run.js";
import { Welcome } from "../page-models/welcome.js";
import { needed } from "../processes.js";
import { startServer } from "../server.js";

const BRAND = "Bergvik";
const TOPIC = "Owning a cargo bike as a family";
const COMPOSED_MS = 120_000;
const MODEL_MS = 300_000;

describe("a brand's story in the browser", { concurrency: false }, () => {
  let folder, server, browser, page, frame, library, activity, run, piece;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "quillhouse-e2e-"));
    server = await startServer(folder);
    browser = await openBrowser(folder);
    page = browser.page;
    [frame, library, activity, run, piece] = [Frame, Library, NewActivity, Run, Piece].map((Model) => new Model(page));
    await page.goto(server.url);
  });

  after(async () => {
    await browser?.context.close();
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const looksRight = (screen) => inspect(page, screen);

  const brandId = async () => (await server.call("brand_list", {})).brands[0].id;

  it("asks an empty Quillhouse for its first brand", async () => {
    const welcome = new Welcome(page);
    await welcome.name.waitFor();
    await looksRight("welcome");
    await welcome.createBrand(BRAND);
    await page.getByText("An empty shelf").waitFor();
    await looksRight("library-empty");
  });

  it("reads documents that are chosen and documents that are dropped", async () => {
    await library.choose([GUIDE, FAMILIES]);
    await library.drop([SERVICE, VOICE]);
    for (const { name } of [GUIDE, FAMILIES, SERVICE, VOICE]) await library.reads(name, "Ready");
    const { documents } = await server.call("document_list", { brand: await brandId() });
    assert.equal(documents.length, 4, "each file is one document");
    assert.ok(documents.every(({ passages }) => passages > 0), "a readable document can be searched");
  });

  it("says in words why a broken document cannot be read", async () => {
    await library.choose([BROKEN]);
    const row = library.row(BROKEN.name);
    await row.getByText(/^(Not read|Failed)$/).waitFor({ timeout: 60_000 });
    const notes = await row.getByRole("gridcell").last().innerText();
    assert.match(notes, /\w+ \w+ \w+/, "a sentence tells what is wrong");
    await row.click();
    await library.preview.waitFor();
    await library.preview.getByText(notes.split(" · ")[0]).first().waitFor();
    await looksRight("library");
    await page.keyboard.press("Escape");
    await library.preview.waitFor({ state: "detached" });
  });

  it("finds passages and marks the words that were looked for", async () => {
    await library.find.fill("battery winter range");
    await page.getByText(/passages? for “battery winter range”/).waitFor();
    const words = await library.marks.allInnerTexts();
    assert.ok(
      words.some((word) => word.toLowerCase() === "battery"),
      `the query's words are marked, not ${JSON.stringify(words.slice(0, 9))}`,
    );
    await library.hits(GUIDE.name).first().click();
    await library.preview.locator("mark").first().waitFor();
    await looksRight("search");
    await library.find.fill("");
    await library.table.waitFor();
  });

  it("starts a run with nothing but the keyboard", async () => {
    await page.keyboard.press("Escape");
    await frame.command("new act", /^New activity/);
    await activity.topic.waitFor();
    await frame.tabTo(activity.topic, "the topic");
    await page.keyboard.type(TOPIC);
    for (const name of ["Article", "Post", "Audio script", "Video script"]) {
      const card = activity.types.getByRole("button", { name: new RegExp(`^${name}`) });
      if ((await card.getAttribute("aria-pressed")) === "true") continue;
      await frame.tabTo(card, `the card of ${name}`);
      await page.keyboard.press("Space");
    }
    await frame.tabTo(activity.keywords, "the keywords");
    await page.keyboard.type("cargo bike, family");
    await frame.tabTo(activity.words, "the length");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("400");
    await frame.tabTo(activity.model, "the model");
    await page.keyboard.type("No model");
    assert.equal(await activity.model.inputValue(), "none");
    await activity.estimate.getByText("Composed").waitFor();
    await looksRight("new-activity");
    await page.keyboard.press("Control+Enter");
    await run.steps.waitFor();
  });

  it("shows the run to its end", async () => {
    await run.review.waitFor({ timeout: COMPOSED_MS });
    await run.draft.getByRole("heading").first().waitFor();
    await looksRight("run");
    await frame.go("Runs");
    await page.getByText(TOPIC).first().waitFor();
    await looksRight("runs");
    await frame.go("Home");
    await page.getByText("Recent pieces").waitFor();
    await looksRight("home");
  });

  it("made every kind of text that was asked for", async () => {
    const { pieces } = await server.call("piece_list", { brand: await brandId(), activity: null });
    const types = new Set(pieces.map(({ type }) => type));
    assert.deepEqual([...types].sort(), ["audio", "blog", "social", "video"]);
  });

  it("opens the passage behind a citation, marked word for word", async () => {
    const { pieces } = await server.call("piece_list", { brand: await brandId(), activity: null });
    const article = pieces.find(({ type }) => type === "blog");
    const detail = await server.call("piece_show", { brand: await brandId(), piece: article.id });
    await frame.go("Runs");
    await page.getByRole("link", { name: new RegExp(TOPIC) }).first().click();
    await run.review.click();
    await piece.text.getByRole("heading", { level: 1 }).waitFor();
    assert.equal(await piece.text.getByRole("heading", { level: 1 }).count(), 1, "an article has one title");
    const alone = await piece.chips.evaluateAll(
      (chips) => chips.filter((chip) => chip.parentElement.getClientRects().length !== 1 || !chip.previousSibling).length,
    );
    assert.equal(alone, 0, "a citation stands on the line of the word before it");
    await looksRight("piece");

    const chip = piece.chips.first();
    const number = Number(await chip.innerText());
    const citation = detail.citations.find((known) => known.number === number);
    await chip.click();
    await piece.source.locator("mark").first().waitFor();
    const marked = (await piece.source.locator("mark").allInnerTexts()).join(" ").replace(/\s+/g, " ").trim();
    const quoted = citation.quote.replace(/\s+/g, " ").trim();
    assert.equal(marked, quoted, `what is marked in ${citation.document_name} is what the sentence rests on`);
    assert.ok(await piece.source.locator("mark").first().isVisible(), "the mark is brought into view");
    await looksRight("citation");
    await page.keyboard.press("Escape");
    await piece.source.waitFor({ state: "detached" });
  });

  it("shows posts and scripts in their own form", async () => {
    for (const [channel, screen] of [
      ["LinkedIn", "post"],
      ["Audio script", "audio"],
      ["Video script", "video"],
    ]) {
      await piece.openChannel(channel);
      await page.waitForFunction(() => document.querySelector('[aria-label="Text of the piece"]')?.textContent.length > 80);
      await looksRight(screen);
    }
    await piece.openChannel("Article");
  });

  it("hands a piece over as a file", async () => {
    await piece.exportMenu.click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: "Markdown with sources" }).click(),
    ]);
    const saved = join(folder, "article.md");
    await download.saveAs(saved);
    const text = await readFile(saved, "utf8");
    assert.match(text, /^# \S/m, "the file is the article");
    assert.ok(text.includes(GUIDE.name) || text.includes(FAMILIES.name) || text.includes(SERVICE.name), "with its sources");
  });

  it("writes the same brief again from memory", async () => {
    await frame.go("New activity");
    await activity.write.click();
    await page.getByText("The same brief was written before; this is its result").waitFor();
    const { runs } = await server.call("run_list", { brand: await brandId() });
    assert.equal(runs.length, 1, "the former run answers, no second one is made");
  });

  it("stops a run and keeps its text", async (test) => {
    const model = (await server.call("model_list", {})).models.find(({ provider, installed }) => provider === "local" && installed);
    if (!model || !existsSync(needed("QUILLHOUSE_MODELS"))) return test.skip("without a model a run is over before it can be stopped");
    await frame.go("New activity");
    await activity.topic.fill("What a cargo bike costs and what it replaces");
    await activity.words.fill("1200");
    await activity.model.selectOption(model.id);
    await activity.write.click();
    await run.draft.locator("p").filter({ hasText: /\w+ \w+ \w+ \w+/ }).nth(1).waitFor({ timeout: MODEL_MS });
    await looksRight("run-working");
    await run.stop.click();
    await run.state("Stopped").waitFor({ timeout: 30_000 });
    const kept = await run.draft.innerText();
    assert.ok(kept.split(/\s+/).length > 8, `what was written stays: ${kept}`);
    await run.resume.waitFor();
  });

  it("speaks German when asked to, and remembers it", async () => {
    await frame.go("Settings");
    await page.getByRole("button", { name: "Examine" }).click();
    await page.getByText("Document reader").waitFor({ timeout: 60_000 });
    await looksRight("settings");
    await page.getByRole("button", { name: "Deutsch", exact: true }).click();
    const sections = page.getByRole("navigation", { name: "Bereiche" });
    await sections.getByRole("link", { name: "Bibliothek" }).click();
    await page.getByRole("heading", { level: 1, name: "Bibliothek" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "de", "screen readers must change their voice");
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Bibliothek" }).waitFor();
    await looksRight("library-german");
    await page.keyboard.press("Control+Comma");
    await page.getByRole("button", { name: "English", exact: true }).click();
    await frame.sections.waitFor();
  });

  it("complains about nothing and asks nobody else", () => {
    assert.deepEqual(browser.complaints, [], "the console stays empty");
    assert.deepEqual(
      [...browser.asked].filter((origin) => origin !== server.origin && !origin.startsWith("null")),
      [],
      "no request leaves this computer",
    );
  });
});
