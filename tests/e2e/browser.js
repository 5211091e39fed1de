/** Debian's Chromium over the development server, with everything it complains about and asks for written down. */
import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";

/** Where pictures of the screens go, when somebody wants to look at them. */
const pictures = process.env.QUILLHOUSE_SHOTS;

const FLAGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function openBrowser(folder) {
  const context = await chromium.launchPersistentContext(`${folder}/chromium`, {
    executablePath: process.env.QUILLHOUSE_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    chromiumSandbox: process.getuid?.() !== 0,
    args: FLAGS,
    env: { ...process.env, HOME: folder },
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    reducedMotion: "reduce",
    acceptDownloads: true,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  page.setDefaultTimeout(20_000);
  const complaints = [];
  const asked = new Set();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  context.on("request", (request) => asked.add(new URL(request.url()).origin));
  return { context, page, complaints, asked };
}

/** What axe finds wrong on the page as it stands, one line each. */
async function violations(page) {
  const { violations: found } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return found.flatMap(({ id, impact, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${impact}) ${target.join(" ")}: ${failureSummary}`),
  );
}

/** Looks at a screen in both themes: takes its picture when somebody wants one, and lets axe complain. */
export async function inspect(page, screen) {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction((dark) => matchMedia("(prefers-color-scheme: dark)").matches === dark, colorScheme === "dark");
    if (pictures) {
      await mkdir(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${screen}-${colorScheme}.png`) });
    }
    found.push(...(await violations(page)).map((line) => `${screen}, ${colorScheme}: ${line}`));
  }
  await page.emulateMedia({ colorScheme: "light" });
  assert.deepEqual(found, [], "every screen is for everybody");
}
