/** A piece with its sources. */
export class Piece {
  constructor(page) {
    this.page = page;
    this.text = page.getByRole("region", { name: "Text of the piece" });
    this.channels = page.getByRole("navigation", { name: "Pieces of this activity" });
    this.chips = this.text.getByRole("button", { name: /^Source \d+/ });
    this.source = page.getByRole("region", { name: "Document", exact: true });
    this.exportMenu = page.getByRole("button", { name: "Export" });
  }

  async openChannel(name) {
    await this.channels.getByRole("link", { name, exact: true }).click();
    await this.channels.locator('[data-status="active"]').filter({ hasText: name }).waitFor();
  }
}
