/** What stands around every screen. */
export class Frame {
  constructor(page) {
    this.page = page;
    this.sections = page.getByRole("navigation", { name: "Sections" });
    this.palette = page.getByRole("dialog", { name: "Commands and search" });
    this.heading = page.getByRole("heading", { level: 1 });
  }

  async go(section) {
    await this.sections.getByRole("link", { name: section }).click();
  }

  /** Opens the palette by its keys, types these words, and performs the entry of this name. */
  async command(words, name) {
    await this.page.keyboard.press("Control+k");
    await this.palette.waitFor();
    await this.page.keyboard.type(words);
    const option = this.palette.getByRole("option", { name }).first();
    await option.waitFor();
    for (let step = 0; step < 20 && (await option.getAttribute("aria-selected")) !== "true"; step += 1) {
      await this.page.keyboard.press("ArrowDown");
    }
    await this.page.keyboard.press("Enter");
    await this.palette.waitFor({ state: "detached" });
  }

  /** Moves the focus by Tab until it is on what is wanted; says so when that never happens. */
  async tabTo(wanted, what) {
    for (let step = 0; step < 120; step += 1) {
      if (await wanted.evaluate((element) => element === element.ownerDocument.activeElement)) return;
      await this.page.keyboard.press("Tab");
    }
    throw new Error(`${what} cannot be reached with the Tab key`);
  }
}
