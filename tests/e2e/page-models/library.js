/** The documents of a brand. */
export class Library {
  constructor(page) {
    this.page = page;
    this.add = page.getByRole("button", { name: "Add documents" });
    this.find = page.getByLabel("Search the library");
    this.table = page.getByRole("grid", { name: "Documents" });
    this.preview = page.getByRole("region", { name: "Document", exact: true });
    this.marks = page.locator("mark");
    this.pages = page.getByRole("region", { name: /^Pages of / });
    this.asRead = page.getByRole("button", { name: "As read" });
    this.erase = this.preview.getByRole("button", { name: "Erase…" });
    this.dialog = page.getByRole("dialog");
  }

  row(name) {
    return this.table.getByRole("row").filter({ hasText: name });
  }

  /** What a search found in one document, best first. */
  hits(name) {
    return this.page.getByRole("region", { name, exact: true }).getByRole("button");
  }

  /** The page that is drawn, with its text. */
  sheet(number) {
    return this.pages.locator(`[data-page="${number}"]`);
  }

  /** Share of the drawn page that is not white. */
  inked(number) {
    return this.sheet(number)
      .locator("canvas")
      .evaluate((canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let dark = 0;
        for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 0 && data[at] < 128) dark += 1;
        return dark / (data.length / 4);
      });
  }

  /** Chooses files in the system's dialog. */
  async choose(files) {
    const [chooser] = await Promise.all([this.page.waitForEvent("filechooser"), this.add.first().click()]);
    await chooser.setFiles(files);
  }

  /** Drops files onto the window. */
  async drop(files) {
    const carried = await this.page.evaluateHandle((list) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, text } of list) transfer.items.add(new File([text], name, { type: mimeType }));
      return transfer;
    }, files.map(({ name, mimeType, buffer }) => ({ name, mimeType, text: buffer.toString() })));
    for (const type of ["dragover", "drop"]) await this.page.dispatchEvent("body", type, { dataTransfer: carried });
    await carried.dispose();
  }

  async reads(name, state) {
    await this.row(name).getByText(state, { exact: true }).waitFor({ timeout: 90_000 });
  }
}
