/** The first screen of an empty Quillhouse. */
export class Welcome {
  constructor(page) {
    this.name = page.getByLabel("Brand name");
    this.create = page.getByRole("button", { name: "Create brand" });
  }

  async createBrand(name) {
    await this.name.fill(name);
    await this.create.click();
  }
}
