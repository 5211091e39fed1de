/** The draft as it grows. Only the paragraph that is being written is drawn again when words arrive. */
import { ArrowDown } from "lucide-react";
import { Fragment, memo, useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { type DraftBlock, readDraft, strongRanges } from "@/components/text/markdown";
import { cut } from "@/components/text/marks";
import type { SectionOrigin } from "@/generated/rpc";
import type { LiveText } from "./liveText";

const Words = memo(function Words({ text }: { text: string }) {
  const marks = strongRanges(text).flatMap(({ inner, outer }) => [
    { ...outer, sign: true },
    { ...inner, sign: false },
  ]);
  return cut(text, marks).map(({ start, text: piece, marks: on }) => {
    if (on.length === 0) return <Fragment key={start}>{piece}</Fragment>;
    return on.some(({ sign }) => !sign) ? <strong key={start}>{piece}</strong> : null;
  });
});

const Block = memo(function Block({
  kind,
  level,
  texts,
  composed,
}: {
  kind: DraftBlock["kind"];
  level: number;
  texts: readonly string[];
  composed: boolean;
}) {
  const look = composed ? "composed" : undefined;
  if (kind === "heading") {
    const Heading = level === 1 ? "h1" : level === 2 ? "h2" : "h3";
    return (
      <Heading>
        <Words text={texts[0] ?? ""} />
      </Heading>
    );
  }
  if (kind === "list") {
    return (
      <ul className={look}>
        {texts.map((text) => (
          <li key={text}>
            <Words text={text} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <p className={look}>
      <Words text={texts[0] ?? ""} />
    </p>
  );
}, sameBlock);

function sameBlock(
  former: { kind: string; level: number; texts: readonly string[]; composed: boolean },
  next: { kind: string; level: number; texts: readonly string[]; composed: boolean },
): boolean {
  return (
    former.kind === next.kind &&
    former.level === next.level &&
    former.composed === next.composed &&
    former.texts.length === next.texts.length &&
    former.texts.every((text, at) => text === next.texts[at])
  );
}

/** An answer that follows a schema is not prose; it is shown once it has become part of the draft. */
const isProse = (text: string) => text.trim() !== "" && !/^\s*(?:```|[[{])/.test(text);

function Tail({ live, onGrow }: { live: LiveText; onGrow(): void }) {
  const { text } = useSyncExternalStore(live.subscribe, live.current);
  // biome-ignore lint/correctness/useExhaustiveDependencies: growing is exactly that the text has changed
  useLayoutEffect(onGrow, [text, onGrow]);
  const prose = isProse(text);
  return (
    <p aria-hidden={!prose}>
      {prose ? text.replace(/^#+\s*/gm, "") : null}
      <span className="caret caret-blink" />
    </p>
  );
}

interface Props {
  markdown: string;
  live: LiveText;
  running: boolean;
  /** Shown when there is no draft yet. */
  waiting: string;
  origins: ReadonlyMap<string, SectionOrigin>;
}

const NEAR_END_PX = 60;

export function LiveDraft({ markdown, live, running, waiting, origins }: Props) {
  const { t } = useTranslation("run");
  const scroller = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const [away, setAway] = useState(false);

  const blocks = useMemo(() => {
    let heading = "";
    return readDraft(markdown).map((block) => {
      const texts =
        block.kind === "list"
          ? block.items.map((item) => markdown.slice(item.start, item.end))
          : [markdown.slice(block.start, block.end)];
      if (block.kind === "heading" && block.level === 2) heading = texts[0] ?? "";
      return { block, texts, composed: block.kind !== "heading" && origins.get(heading) === "composed" };
    });
  }, [markdown, origins]);

  const [keepUp] = useState(() => () => {
    const element = scroller.current;
    if (element && following.current) element.scrollTop = element.scrollHeight;
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the draft has grown when its text has changed
  useEffect(() => {
    if (running) keepUp();
  }, [markdown, running, keepUp]);

  return (
    <div className="relative min-h-0 min-w-0">
      <section
        ref={scroller}
        data-pane
        aria-label={t("draft.label")}
        aria-busy={running}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        onScroll={({ currentTarget: element }) => {
          // The reader decides: away from the end nothing moves under them, back at the end the draft is followed again.
          const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
          following.current = near;
          setAway(!near);
        }}
        className="h-full overflow-auto -outline-offset-2"
      >
        <article className="draft">
          {blocks.length === 0 && !running ? <p className="text-muted">{t("draft.none")}</p> : null}
          {blocks.length === 0 && running ? <p className="text-muted">{waiting}</p> : null}
          {blocks.map(({ block, texts, composed }) => (
            <Block
              key={block.start}
              kind={block.kind}
              level={block.kind === "heading" ? block.level : 0}
              texts={texts}
              composed={composed}
            />
          ))}
          {running ? <Tail live={live} onGrow={keepUp} /> : null}
        </article>
      </section>
      {running && away ? (
        <div className="absolute bottom-4 left-1/2 -translate-x-1/2">
          <Button
            icon={ArrowDown}
            onClick={() => {
              following.current = true;
              keepUp();
            }}
          >
            {t("draft.follow")}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
