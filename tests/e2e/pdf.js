/** Makes PDFs of plain text in the standard fonts, a page from each list of lines: `# ` begins a heading. */

const WIDTH = 595;
const HEIGHT = 842;
const LEFT = 72;

const escaped = (text) => text.replace(/[\\()]/g, "\\$&").replace(/[^\x20-\x7e]/g, "?");

function content(lines) {
  const parts = ["BT"];
  let y = HEIGHT - 90;
  for (const line of lines) {
    const heading = line.startsWith("# ");
    const [font, size, lead] = heading ? ["F2", 16, 30] : ["F1", 11, 17];
    parts.push(`/${font} ${size} Tf 1 0 0 1 ${LEFT} ${y} Tm (${escaped(heading ? line.slice(2) : line)}) Tj`);
    y -= lead;
  }
  parts.push("ET");
  return parts.join("\n");
}

/** Lines of at most so many characters, broken between words. */
export function wrapped(text, characters = 78) {
  const lines = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + word.length + 1 > characters) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

/** The bytes of a PDF with these pages. */
export function makePdf(pages) {
  const objects = [];
  const add = (body) => objects.push(body);
  add("<< /Type /Catalog /Pages 2 0 R >>");
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${5 + 2 * at} 0 R`).join(" ")}] >>`);
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>");
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>");
  for (const [at, lines] of pages.entries()) {
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents ${6 + 2 * at} 0 R ` +
        "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
    );
    const stream = content(lines);
    add(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  }
  let text = "%PDF-1.7\n";
  const places = objects.map((body, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return place;
  });
  const table = text.length;
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const place of places) text += `${String(place).padStart(10, "0")} 00000 n \n`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}
