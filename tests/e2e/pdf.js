/** Makes PDFs of plain text in the standard fonts, a page from each list of lines: `# ` begins a heading, `!scan` is a picture. */
import { createHash } from "node:crypto";

const WIDTH = 595;
const HEIGHT = 842;
const LEFT = 72;

const escaped = (text) => text.replace(/[\\()]/g, "\\$&").replace(/[^\x20-\x7e]/g, "?");

/** A black square as scanners store it: eight rows of eight pixels in CCITT group 4. */
const SCAN = (() => {
  const rows = `001${"00110101"}${"000101"}${"11".repeat(7)}`;
  const bits = `${rows}${"000000000001".repeat(2)}`.padEnd(56, "0");
  const bytes = bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2));
  const stream = String.fromCharCode(...bytes);
  return (
    "<< /Type /XObject /Subtype /Image /Width 8 /Height 8 /BitsPerComponent 1 /ColorSpace /DeviceGray " +
    `/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 8 /Rows 8 >> /Length ${stream.length} >>\nstream\n${stream}\nendstream`
  );
})();

function content(lines) {
  const parts = [];
  if (lines.includes("!scan")) parts.push("q 240 0 0 240 72 120 cm /Scan Do Q");
  parts.push("BT");
  let y = HEIGHT - 90;
  for (const line of lines) {
    if (line === "!scan") continue;
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

const rounds = (key, data, from, to) => {
  let sealed = data;
  for (let round = from; round <= to; round += 1) sealed = rc4(key.map((byte) => byte ^ round), sealed);
  return sealed;
};

const stretched = (hash) => {
  let key = hash;
  for (let round = 0; round < 50; round += 1) key = md5(key);
  return key;
};

/** The standard security handler, revision 3: RC4 with 128 bits, which every reader knows. */
function locked(password) {
  const secret = Buffer.concat([Buffer.from(password, "latin1"), PADDING]).subarray(0, 32);
  const owner = rounds(stretched(md5(secret)), secret, 0, 19);
  const permissions = Buffer.alloc(4);
  permissions.writeInt32LE(-4);
  const key = stretched(md5(secret, owner, permissions, ID));
  const user = Buffer.concat([rounds(key, md5(PADDING, ID), 0, 19), Buffer.alloc(16)]);
  const hex = (bytes) => `<${bytes.toString("hex")}>`;
  return {
    dictionary: `<< /Filter /Standard /V 2 /R 3 /Length 128 /O ${hex(owner)} /U ${hex(user)} /P -4 >>`,
    id: `[${hex(ID)} ${hex(ID)}]`,
    seal(number, stream) {
      const salt = Buffer.from([number & 255, (number >> 8) & 255, (number >> 16) & 255, 0, 0]);
      return rc4(md5(key, salt), Buffer.from(stream, "latin1")).toString("latin1");
    },
  };
}

/** The bytes of a PDF with these pages; with a password it needs one, with padding each page weighs so much more. */
export function makePdf(pages, { password, paddingBytes = 0 } = {}) {
  const lock = password === undefined ? undefined : locked(password);
  const objects = [];
  const add = (body) => objects.push(body);
  add("<< /Type /Catalog /Pages 2 0 R >>");
  add(`<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, at) => `${5 + at} 0 R`).join(" ")}] >>`);
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman /Encoding /WinAnsiEncoding >>");
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>");
  // The pages stand together, as writers pack them, so that a reader finds them without reading what is drawn on them.
  const first = 5 + pages.length;
  const scanned = pages.some((lines) => lines.includes("!scan"));
  const scan = first + pages.length;
  for (const at of pages.keys()) {
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${WIDTH} ${HEIGHT}] /Contents ${first + at} 0 R ` +
        `/Resources << /Font << /F1 3 0 R /F2 4 0 R >>${scanned ? ` /XObject << /Scan ${scan} 0 R >>` : ""} >> >>`,
    );
  }
  for (const [at, lines] of pages.entries()) {
    const plain = content(lines) + "\n".repeat(paddingBytes);
    const stream = lock ? lock.seal(first + at, plain) : plain;
    add(`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`);
  }
  if (scanned) add(SCAN);
  if (lock) add(lock.dictionary);
  const secured = lock ? ` /Encrypt ${objects.length} 0 R /ID ${lock.id}` : "";
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
  parts.push(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R${secured} >>\nstartxref\n${length}\n%%EOF\n`);
  return Buffer.from(parts.join(""), "latin1");
}
