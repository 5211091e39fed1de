/** A run while it works and after. */
export class Run {
  constructor(page) {
    this.page = page;
    this.draft = page.getByRole("region", { name: "Draft" });
    this.stop = page.getByRole("button", { name: "Stop, keep the text" });
    this.resume = page.getByRole("button", { name: "Resume" });
    this.review = page.getByRole("link", { name: "Review the draft" });
    this.steps = page.getByRole("list", { name: "Steps" });
  }

  state(name) {
    return this.page.getByRole("main").getByText(name, { exact: true }).first();
  }
}
