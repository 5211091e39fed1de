/** A small brand's documents, as bytes. Facts, numbers and names stand in them so that drafts have something to cite. */
import { makeDocx } from "./docx.js";
import { makePdf, wrapped } from "./pdf.js";

const guide = `# Bergvik Cargo Bikes: buyer's guide

Bergvik builds electric cargo bikes in Trondheim. Every frame is welded by hand and carries a serial number that names the welder.

## Choosing a model

The Bergvik Loft carries 180 kilograms and has a loading area of 62 by 84 centimetres. It is made for families with two or three children. The Bergvik Plank carries 220 kilograms on a flat bed and is made for deliveries. Both models fold their handlebar, so they stand in a hallway that is 90 centimetres wide.

A cargo bike replaces a car best on trips of less than eight kilometres. Most families in our survey ride it to school, to the shop and to the sports ground. They ride an average of 46 kilometres a week.

## Battery and range

The battery holds 750 watt-hours and charges in four hours and thirty minutes at a household socket. A full battery lasts for 70 kilometres with an average load of 60 kilograms. In winter the range falls by about a quarter, because cold cells give less energy. Keep the battery indoors below minus five degrees and put it in just before the ride.

After 800 full charges the battery still holds at least 80 percent of its energy. Bergvik takes every old battery back at no charge and sends it to a recycler in Fredrikstad.

## Test rides

A test ride takes forty minutes and starts at the workshop in Innherredsveien. Bring the children and the shopping, because a loaded bike handles differently from an empty one. Book the ride online at least two days ahead.
`;

const service = `<!doctype html>
<html lang="en"><head><title>Service and warranty</title></head><body>
<nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
<main>
<h1>Service and warranty</h1>
<h2>Service plan</h2>
<p>The first service is due after 300 kilometres and is free. After that, a service every 1,500 kilometres keeps the motor quiet and the brakes even. A service takes one working day, and a spare bike is included.</p>
<p>Our mechanics check the spokes, the chain, the brake pads and the steering cables. They also update the motor's software and write every finding into the bike's logbook.</p>
<h2>Warranty</h2>
<p>The frame has a warranty of ten years. The motor and the battery have a warranty of three years or 30,000 kilometres, whichever comes first. Wearing parts such as brake pads and tyres are not covered.</p>
<p>A cargo bike that is washed with a high-pressure cleaner loses the warranty on its bearings. A bucket of lukewarm water and a soft brush are enough.</p>
<h2>Insurance</h2>
<p>Norwegian home insurance usually covers a cargo bike up to 20,000 kroner. Owners of a new Loft should ask for a separate policy, because the bike costs 54,900 kroner.</p>
</main>
<footer>© Bergvik</footer>
</body></html>
`;

const families = `What families told us about their cargo bikes

In the spring of 2026 we asked 312 families who own a Bergvik cargo bike how they use it. Two hundred and six of them had sold a car before or after they bought the bike.

Seven out of ten families ride on at least four days a week. Rain keeps fewer of them at home than we expected: only 18 percent leave the bike standing when it rains. A rain cover over the box makes the difference for the children.

The most common worry before buying was the hill on the way home. After a year only nine families still named hills as a problem. The motor adds up to 85 newton metres, and a loaded Loft climbs a slope of 14 percent.

Parents like that the journey to school takes the same time every day. A cargo bike does not look for a parking space, and it passes the queue at the school gate. Children talk more on a bike than in a car, several parents wrote.

Families also named what they would change. Forty-one asked for a stronger light, and twenty-eight asked for a lock that is built into the frame. Both are standard on every bike built since August 2026.
`;

const voice = `# How Bergvik writes

We write as a mechanic talks to a neighbour: plainly, with numbers, without hurry.

- Say "you" to the reader and "we" for the workshop.
- Say "cargo bike", never "vehicle" or "solution".
- Give the number and its unit. Do not write "long range" when you can write "70 kilometres".
- Short sentences carry more. One thought to a sentence.

We do not promise what the weather decides. We name the price in kroner and say what is included.
`;

const file = (name, mimeType, text) => ({ name, mimeType, buffer: Buffer.from(text) });

export const GUIDE = file("buyers-guide.md", "text/markdown", guide);
export const SERVICE = file("service-and-warranty.html", "text/html", service);
export const FAMILIES = file("family-survey.txt", "text/plain", families);
export const VOICE = file("how-we-write.md", "text/markdown", voice);
/** A PDF that ends in its first object. */
export const BROKEN = file("price-list.pdf", "application/pdf", "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R");

const PDF = "application/pdf";
const bytes = (name, mimeType, buffer) => ({ name, mimeType, buffer });

const lines = (...paragraphs) => paragraphs.flatMap((text) => [...wrapped(text), ""]);

const frames = Array.from({ length: 31 }, (_, at) => {
  const batch = at + 1;
  if (batch === 11) {
    return [
      "# 4.2 Heated grips",
      ...lines(
        "Both grips of the Loft were made anew in the summer of 2025. The core is aluminium with a brushed surface.",
        "The heated grips are rated to minus twenty degrees. They switch themselves on when the sensor at the fork reads below two degrees.",
        "Maintenance: the circuits are measured every autumn before the first frost.",
      ),
    ];
  }
  return [
    `# Frame batch ${batch}`,
    ...lines(
      `Batch ${batch} was welded in week ${batch + 4} and left the workshop with ${batch + 20} frames.`,
      `Each frame of batch ${batch} passed the bench at ${batch * 3 + 300} newton metres and was painted twice.`,
    ),
  ];
});

/** 31 pages; the heated grips stand on page 11 and nowhere else. */
export const FRAMES = bytes("frame-book.pdf", PDF, makePdf(frames));
/** The same kind of book with a password. */
export const LOCKED = bytes(
  "board-minutes.pdf",
  PDF,
  makePdf([["# Board minutes", ...lines("The board agreed on a second workshop in Levanger with eleven places for welders.")]], {
    password: "sesame",
  }),
);
/** A page with a picture as scanners store it. */
export const SCANNED = bytes(
  "signed-order.pdf",
  PDF,
  makePdf([["# Signed order", ...lines("Signed in Trondheim for eleven frames of the Loft, to be welded in week nine."), "!scan"]]),
);
/** 300 pages of 12 kB each: too long to be read as a whole before its first page shows. */
export const LONG = bytes(
  "parts-catalogue.pdf",
  PDF,
  makePdf(
    Array.from({ length: 300 }, (_, at) => [
      `# Part ${at + 1}`,
      ...lines(`Part ${at + 1} weighs ${at + 90} grams and fits every bike built since 2021.`),
    ]),
    { paddingBytes: 12_000 },
  ),
);
/** A style guide with rules that can be found without a model. */
export const RULES = bytes(
  "style-guide.docx",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  makeDocx([
    "# Words we use",
    "Use \u201ccargo bike\u201d instead of \u201cvehicle\u201d.",
    "Say workshop, not facility.",
    "Avoid \u201csolution\u201d.",
    "# How we write",
    "We write short sentences. We say what a thing costs, and we say what is included.",
    "You get a number and its unit. You never get an adjective where a number would do.",
  ]),
);
