/** Audio and video scripts, read back from their Markdown with the place of every spoken part. Pure. */
import type { Range } from "@/components/text/marks";

export interface AudioPart {
  from: string;
  to: string;
  label: string;
  /** Spoken paragraphs. */
  body: Range[];
}

export interface Scene {
  number: string;
  from: string;
  to: string;
  picture: string;
  onScreen: string;
  /** Place of the voice-over. */
  voice: Range;
}

interface Line extends Range {
  text: string;
}

function lines(text: string): Line[] {
  const found: Line[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    found.push({ text: line, start: at, end: at + line.length });
    at += line.length + 1;
  }
  return found;
}

/** Parts of an audio script; empty when the text is not one. */
export function readAudio(markdown: string): AudioPart[] {
  const parts: AudioPart[] = [];
  for (const line of lines(markdown)) {
    const head = /^\*\*\[([\d:]+)[–-]([\d:]+)\]\s*(.*?)\*\*\s*$/.exec(line.text);
    if (head) parts.push({ from: head[1] ?? "", to: head[2] ?? "", label: head[3] ?? "", body: [] });
    else if (line.text.trim() !== "" && !line.text.startsWith("#"))
      parts.at(-1)?.body.push({ start: line.start, end: line.end });
  }
  return parts;
}

/** Scenes of a video script; empty when the text is not one. */
export function readVideo(markdown: string): Scene[] {
  const scenes: Scene[] = [];
  for (const line of lines(markdown)) {
    const head = /^##\s+\D*(\d+)\s*\(([\d:]+)[–-]([\d:]+)\)/.exec(line.text);
    if (head) {
      const none = { start: line.end, end: line.end };
      scenes.push({
        number: head[1] ?? "",
        from: head[2] ?? "",
        to: head[3] ?? "",
        picture: "",
        onScreen: "",
        voice: none,
      });
      continue;
    }
    const scene = scenes.at(-1);
    const field = /^\*\*([^*]+?):\*\*\s*/.exec(line.text);
    if (!scene || !field) continue;
    const value = line.text.slice(field[0].length);
    const name = field[1]?.toLowerCase() ?? "";
    if (name.startsWith("picture")) scene.picture = value;
    else if (name.startsWith("on screen") || name.startsWith("on-screen")) scene.onScreen = value;
    else if (name.startsWith("voice")) scene.voice = { start: line.start + field[0].length, end: line.end };
  }
  return scenes;
}
