/** What the documents say about the brand. */
export class Kit {
  constructor(page) {
    this.page = page;
    this.build = page.getByRole("button", { name: "Build the kit" });
    this.update = page.getByRole("button", { name: /^Update from/ });
    this.voice = page.getByRole("table", { name: "Voice, as measured" });
    this.facts = page.getByRole("region", { name: /^Facts and claims/ });
    this.words = page.getByRole("region", { name: /^Words/ });
    this.source = page.getByRole("region", { name: "Document", exact: true });
    this.text = page.getByLabel("Text of the entry");
  }

  entry(text) {
    return this.facts.getByRole("listitem").filter({ hasText: text });
  }

  say(word) {
    return this.words.getByLabel(`Say, ${word}`, { exact: true });
  }

  not(word) {
    return this.words.getByLabel(`Not, in place of ${word}`, { exact: true });
  }
}
