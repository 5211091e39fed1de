/** The form of a new activity. */
export class NewActivity {
  constructor(page) {
    this.topic = page.getByLabel("What is it about?");
    this.keywords = page.getByLabel("Keywords");
    this.audience = page.getByLabel("Audience");
    this.words = page.getByLabel("Length in words");
    this.model = page.getByLabel("Model");
    this.anew = page.getByLabel(/Write anew/);
    this.write = page.getByRole("button", { name: "Write it" });
    this.types = page.getByRole("group", { name: "What to make" });
    this.networks = page.getByRole("group", { name: "Networks" });
    this.estimate = page.getByRole("complementary", { name: "Before you start" });
  }

  /** Turns exactly these of a group on. */
  async only(group, names) {
    for (const button of await group.getByRole("button").all()) {
      const name = (await button.innerText()).split("\n")[0];
      const on = (await button.getAttribute("aria-pressed")) === "true";
      if (on !== names.includes(name)) await button.click();
    }
  }
}
