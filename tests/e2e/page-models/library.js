/** The documents of a brand. */
export class Library {
  constructor(page) {
    this.page = page;
    this.add = page.getByRole("button", { name: "Add documents" });
    this.find = page.getByLabel("Search the library");
    this.table = page.getByRole("grid", { name: "Documents" });
    this.preview = page.getByRole("region", { name: "Document", exact: true });
    this.marks = page.locator("mark");
  }

  row(name) {
    return this.table.getByRole("row").filter({ hasText: name });
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
