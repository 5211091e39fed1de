/** Makes PDFs of plain text in the standard fonts, a page from each list of lines: `# ` begins a heading. */
import { createHash } from "node:crypto";

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

const PADDING = Buffer.from(
  "28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a",
  "hex",
);
const ID = Buffer.from("5175696c6c686f757365207465737421", "hex");

const md5 = (...parts) => createHash("md5").update(Buffer.concat(parts)).digest();

function rc4(key, data) {
  const box = Uint8Array.from({ length: 256 }, (_, at) => at);
  for (let at = 0, other = 0; at < 256; at += 1) {
    other = (other + box[at] + key[at % key.length]) & 255;
    [box[at], box[other]] = [box[other], box[at]];
  }
  let [one, two] = [0, 0];
  return Buffer.from(data).map((byte) => {
    one = (one + 1) & 255;
    two = (two + box[one]) & 255;
    [box[one], box[two]] = [box[two], box[one]];
    return byte ^ box[(box[one] + box[two]) & 255];
  });
}

/** The standard security handler, revision 2: forty bits, which every reader still knows. */
function locked(password) {
  const secret = Buffer.concat([Buffer.from(password, "latin1"), PADDING]).subarray(0, 32);
  const owner = rc4(md5(secret).subarray(0, 5), secret);
  const permissions = Buffer.alloc(4);
  permissions.writeInt32LE(-4);
  const key = md5(secret, owner, permissions, ID).subarray(0, 5);
  const hex = (bytes) => `<${bytes.toString("hex")}>`;
  return {
    trailer: ` /Encrypt << /Filter /Standard /V 1 /R 2 /O ${hex(owner)} /U ${hex(rc4(key, PADDING))} /P -4 >> /ID [${hex(ID)} ${hex(ID)}]`,
    seal(number, stream) {
      const salt = Buffer.from([number & 255, (number >> 8) & 255, (number >> 16) & 255, 0, 0]);
      return rc4(md5(key, salt).subarray(0, 10), Buffer.from(stream, "latin1")).toString("latin1");
    },
  };
}

/** The bytes of a PDF with these pages; with a password it needs one, with padding each page weighs so much more. */
export function makePdf(pages, { password, paddingBytes = 0 } = {}) {
  const lock = password === undefined ? undefined : locked(password);
  const objects = [];
  const add = (body) => objects.push(body);
  add("<< /Type /Catalog /Pages 2 0 R >>");
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${5 + 2 * at} 0 R`).join(" ")}] >>`);
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>");
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>");
  for (const [at, lines] of pages.entries()) {
    const number = 6 + 2 * at;
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents ${number} 0 R ` +
        "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>",
    );
    const plain = content(lines) + "\n".repeat(paddingBytes);
    const stream = lock ? lock.seal(number, plain) : plain;
    add(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  }
  let text = "%PDF-1.7\n";
  const places = [];
  const parts = [text];
  let length = text.length;
  for (const [at, body] of objects.entries()) {
    places.push(length);
    text = `${at + 1} 0 obj\n${body}\nendobj\n`;
    parts.push(text);
    length += text.length;
  }
  parts.push(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`);
  for (const place of places) parts.push(`${String(place).padStart(10, "0")} 00000 n \n`);
  parts.push(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${lock?.trailer ?? ""} >>\nstartxref\n${length}\n%%EOF\n`);
  return Buffer.from(parts.join(""), "latin1");
}
