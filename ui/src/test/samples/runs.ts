/** Invented runs in the application's own shapes, for tests and for looking at screens while they are built. */
import type { RunDetailView, RunView } from "@/generated/rpc";

export const run: RunView = {
  id: "r1",
  activity: "a1",
  brand: "b1",
  title: "Winter berths, explained",
  state: "running",
  model: "local/qwen3-4b",
  way: "guided",
  progress: 0.61,
  seconds: 312,
  seconds_left: 200,
  tokens_per_second: 10.8,
  model_calls: 9,
  prompt_tokens: 18_400,
  completion_tokens: 2_900,
  cache_hit: false,
  reason: null,
  created_at: "2026-11-21T08:40:00.000Z",
};

export const article = `# Winter berths, explained: what changes when the ice comes

Every November, before the first thin ice closes the inner channel, our crews move eleven boats to the winter quay at Sletta. It takes four days. Passengers notice little of it, because the timetable stays the same: 22 departures a day, from 05:40 to 23:15.

## Why the quay matters more than the boat

The winter quay was rebuilt in 2019 with heated ramps, so that a wheelchair, a pram or a loaded bicycle can board at minus fifteen. We test each ramp at dawn. If one fails, the next boat waits, and we say so on the boards and by text message.

That figure comes from people, not from steel. A winter crew has three deckhands instead of two, and crossings cost half as much as driving around the fjord. You will hear them call the step before you feel it.

## What you can do to cross faster

Buy the ticket before you come: the queue at the machine is the one delay that we cannot heat. Stand behind the yellow line until the ramp has stopped moving.

- Keep your bicycle light on, so that the crew can see how many of you there are.
- Fold the pram only once you are aboard.
`;

export const runDetail: RunDetailView = {
  run,
  draft_markdown: article.slice(0, article.indexOf("Stand behind")).trimEnd(),
  steps: [
    {
      key: "seo",
      agent: "seo",
      title: "",
      state: "done",
      attempt: 1,
      seconds: 14,
      tokens: 1_020,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "research",
      agent: "researcher",
      title: "",
      state: "done",
      attempt: 1,
      seconds: 6,
      tokens: 0,
      origin: null,
      note: "24 passages from 9 documents; 17 claims kept, 3 dropped as out of date",
      report: null,
    },
    {
      key: "outline",
      agent: "writer",
      title: "",
      state: "done",
      attempt: 1,
      seconds: 21,
      tokens: 640,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "introduction",
      agent: "writer",
      title: "",
      state: "done",
      attempt: 1,
      seconds: 48,
      tokens: 512,
      origin: "edited",
      note: null,
      report: null,
    },
    {
      key: "section-1",
      agent: "writer",
      title: "Write section 1: Why the quay matters more than the boat",
      state: "done",
      attempt: 1,
      seconds: 39,
      tokens: 480,
      origin: "composed",
      note: "Two sentences failed their check; your own words stand in",
      report: {
        prompt: "writer/section",
        parts: [
          { part: "instructions", tokens: 740 },
          { part: "passages", tokens: 1_200 },
        ],
        prompt_tokens: 1_940,
        context_tokens: 4_096,
        left_out: "2 passages were left out so that the prompt fits",
      },
    },
    {
      key: "section-2",
      agent: "writer",
      title: "Write section 2: What you can do to cross faster",
      state: "running",
      attempt: 1,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: {
        prompt: "writer/section",
        parts: [
          { part: "instructions", tokens: 740 },
          { part: "kit", tokens: 490 },
          { part: "passages", tokens: 1_680 },
          { part: "neighbours", tokens: 370 },
        ],
        prompt_tokens: 3_280,
        context_tokens: 4_096,
        left_out: null,
      },
    },
    {
      key: "section-3",
      agent: "writer",
      title: "Write section 3: What a winter day looks like",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "edit-1",
      agent: "editor",
      title: "",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "social-linkedin",
      agent: "social",
      title: "",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "audio",
      agent: "audio",
      title: "",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "video",
      agent: "video",
      title: "",
      state: "skipped",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
    {
      key: "finalise",
      agent: "editor",
      title: "",
      state: "waiting",
      attempt: 0,
      seconds: null,
      tokens: 0,
      origin: null,
      note: null,
      report: null,
    },
  ],
};

export const runs: RunView[] = [
  run,
  {
    ...run,
    id: "r2",
    title: "Why we heat the ramps",
    state: "interrupted",
    progress: 0.4,
    reason: "The computer was switched off; nothing was lost",
    created_at: "2026-11-20T15:10:00.000Z",
  },
  {
    ...run,
    id: "r3",
    title: "A day with the winter crew",
    state: "done",
    progress: 1,
    way: "composed",
    model: "none",
    seconds: 14,
    created_at: "2026-11-18T10:02:00.000Z",
  },
  {
    ...run,
    id: "r4",
    title: "Prices for the coming season",
    state: "failed",
    progress: 0.2,
    reason: "Your documents say too little about prices; add a document about them",
    created_at: "2026-11-17T11:30:00.000Z",
  },
];
