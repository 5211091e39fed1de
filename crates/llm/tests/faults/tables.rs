//! The faults: what a server does, and what must come of it.

use std::time::Duration;

use quillhouse_egress::Patience;
use quillhouse_llm::{ChatError, ChatReply, CloudPatience, Finish};

use crate::{
    KEY,
    server::{Ending, Script},
    wire::Wire,
};

pub(crate) type Result = std::result::Result<ChatReply, ChatError>;

/// Longer than anything takes on a loaded machine.
pub(crate) const LONG: CloudPatience = CloudPatience {
    bytes: Patience { first: Duration::from_secs(30), next: Duration::from_secs(30) },
    quiet: Duration::from_secs(30),
    probe: Duration::from_secs(30),
};

/// Which limit a silent server runs into; it is short, the others stay long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    None,
    First,
    Next,
    Quiet,
}

impl Limit {
    pub(crate) fn patience(self) -> CloudPatience {
        let short = Duration::from_millis(150);
        let mut patience = LONG;
        match self {
            Self::None => {}
            Self::First => patience.bytes.first = short,
            Self::Next => patience.bytes.next = short,
            Self::Quiet => patience.quiet = short,
        }
        patience
    }
}

pub(crate) fn is_answer(result: &Result, text: &str) -> bool {
    result.as_ref().is_ok_and(|reply| reply.text == text && reply.finish == Finish::Stop)
}

pub(crate) const TEXT: &str = "Käse 🍞, brot";
pub(crate) const PIECES: [&str; 3] = ["Käse", " 🍞,", " brot"];

pub(crate) struct Fault {
    pub(crate) name: &'static str,
    pub(crate) script: Script,
    pub(crate) limit: Limit,
    /// What must come of it.
    pub(crate) expected: fn(Wire, &Result) -> bool,
}

fn fault(name: &'static str, script: Script, expected: fn(Wire, &Result) -> bool) -> Fault {
    Fault { name, script, limit: Limit::None, expected }
}

impl Fault {
    fn within(mut self, limit: Limit) -> Self {
        self.limit = limit;
        self
    }
}

pub(crate) fn unavailable(result: &Result) -> bool {
    matches!(result, Err(ChatError::Unavailable { .. }))
}

pub(crate) fn bad(result: &Result) -> bool {
    matches!(result, Err(ChatError::BadAnswer { .. }))
}

pub(crate) fn cut(result: &Result) -> bool {
    matches!(result, Err(ChatError::Cut { .. }))
}

pub(crate) fn stalled(result: &Result) -> bool {
    matches!(result, Err(ChatError::Stalled { .. }))
}

pub(crate) fn streamed(wire: Wire, body: impl AsRef<[u8]>) -> Script {
    Script::answer(200, wire.content_type(), body)
}

/// Strange, but whole.
fn oddities(wire: Wire) -> Vec<Fault> {
    let whole: fn(Wire, &Result) -> bool = |_, result| is_answer(result, TEXT);
    let body = wire.whole(&PIECES);
    let chatty: String = body.split_inclusive("\n\n").map(|event| format!(": keep-alive\n\n{event}")).collect();
    let lines: String = body.split_inclusive('\n').map(|line| format!("\n \n{line}")).collect();
    let thinking = wire.beginning(Some(30))
        + &wire.thought("Hm, bread.")
        + &PIECES.map(|piece| wire.text(piece)).concat()
        + &wire.thought("Done.")
        + &wire.finish(false, Some(30))
        + &wire.end_mark().unwrap_or_default();
    let twice = wire.beginning(Some(30))
        + &PIECES.map(|piece| wire.text(piece)).concat()
        + &wire.finish(false, Some(30))
        + &wire.finish(false, Some(30))
        + &wire.end_mark().unwrap_or_default()
        + &wire.end_mark().unwrap_or_default();
    let uncounted = wire.beginning(None)
        + &PIECES.map(|piece| wire.text(piece)).concat()
        + &wire.finish(false, None)
        + &wire.end_mark().unwrap_or_default();
    vec![
        fault("nothing wrong", streamed(wire, &body), whole),
        fault("every byte on its own, characters in halves", streamed(wire, &body).byte_by_byte(), whole),
        fault("lines ended as on Windows", streamed(wire, body.replace('\n', "\r\n")), whole),
        fault("those, byte by byte", streamed(wire, body.replace('\n', "\r\n")).byte_by_byte(), whole),
        fault("a byte order mark", streamed(wire, format!("\u{feff}{body}")), whole),
        fault("comments that keep it alive", streamed(wire, if wire.is_ollama() { lines } else { chatty }), whole),
        fault("an unknown content type", Script::answer(200, "content-type: text/plain\r\n", &body), whole),
        fault("no content type", Script::answer(200, "", &body), whole),
        fault("thinking around the answer", streamed(wire, thinking), whole),
        fault("the end said twice", streamed(wire, twice), whole),
        fault("the connection stays open after the end", streamed(wire, &body).ending(Ending::Silence), whole),
        fault("usage missing", streamed(wire, uncounted), |wire, result| {
            // Ollama's count is how truncation is noticed; without it the answer is not trusted.
            if wire.is_ollama() { bad(result) } else { is_answer(result, TEXT) }
        }),
    ]
}

/// Answers that break.
fn breaks(wire: Wire) -> Vec<Fault> {
    let begun = wire.beginning(Some(30)) + &wire.text("Rye") + &wire.text(" bread");
    let half_event = &wire.text(" bread")[..wire.text(" bread").len() - 8];
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let chunked = format!("{}transfer-encoding: chunked\r\n", wire.content_type());
    let finished = wire.beginning(Some(30)) + &wire.text("Rye") + &wire.finish(false, Some(30));
    let marked = wire.beginning(Some(30)) + &wire.text("Rye") + &wire.end_mark().unwrap_or_default();
    let never: fn(Wire, &Result) -> bool = |_, result| cut(result) || bad(result);
    let lost: fn(Wire, &Result) -> bool = |_, result| cut(result);
    let has_mark: fn(Wire, &Result) -> bool =
        |wire, result| if wire.end_mark().is_some() { cut(result) } else { is_answer(result, "Rye") };
    vec![
        fault("closed before the end", streamed(wire, &begun), lost),
        fault("closed after the first byte", streamed(wire, &begun.as_bytes()[..1]), never),
        fault("closed within an event", streamed(wire, format!("{begun}{half_event}")), never),
        fault(
            "closed within a character",
            streamed(wire, &wire.text("🍞").as_bytes()[..wire.text("🍞").find('🍞').unwrap() + 2]),
            never,
        ),
        fault(
            "a chunk that is never sent",
            Script::answer(200, &chunked, format!("{}ff\r\nhalf", chunk(&begun))),
            never,
        ),
        fault("chunks without the last one", Script::answer(200, &chunked, chunk(&begun)), lost),
        fault(
            "a body shorter than promised",
            Script::answer(200, &format!("{}content-length: 9999\r\n", wire.content_type()), &begun),
            lost,
        ),
        fault("nothing at all", streamed(wire, ""), lost),
        fault("no content", Script::answer(204, "", ""), lost),
        fault("the reason but not the end mark", streamed(wire, finished), has_mark),
        fault("the end mark but no reason", streamed(wire, marked), lost),
        fault("silence before the head", Script::bytes("").ending(Ending::Silence), |_, result| stalled(result))
            .within(Limit::First),
        fault("silence after the head", streamed(wire, "").ending(Ending::Silence), |_, result| stalled(result))
            .within(Limit::Next),
        fault("silence in the middle", streamed(wire, &begun).ending(Ending::Silence), |_, result| stalled(result))
            .within(Limit::Next),
        fault(
            "silence within an event",
            streamed(wire, format!("{begun}{half_event}")).ending(Ending::Silence),
            |_, result| stalled(result),
        )
        .within(Limit::Next),
        fault(
            "signs of life and nothing else",
            streamed(wire, "").ending(Ending::Forever(if wire.is_ollama() {
                b"\n".to_vec()
            } else {
                b": ping\n\n".to_vec()
            })),
            |_, result| stalled(result),
        )
        .within(Limit::Quiet),
    ]
}

/// Answers that are none.
fn nonsense(wire: Wire) -> Vec<Fault> {
    let any_bad: fn(Wire, &Result) -> bool = |_, result| bad(result);
    let begun = wire.beginning(Some(30)) + &wire.text("Rye");
    let event = |text: &str| if wire.is_ollama() { format!("{text}\n") } else { format!("data: {text}\n\n") };
    let huge = wire.text(&"x".repeat(2 << 20));
    let mut not_utf8 = wire.text("QQ").into_bytes();
    let place = not_utf8.windows(2).position(|window| window == b"QQ").unwrap();
    not_utf8[place] = 0xff;
    let mut unfinished = if wire.is_ollama() { b"{\"a\":\"".to_vec() } else { b"data: {\"a\":\"".to_vec() };
    unfinished.resize(100_000, b'x');
    let truncated = wire.beginning(Some(5))
        + &wire.text("Rye")
        + &wire.finish(false, Some(5))
        + &wire.end_mark().unwrap_or_default();
    let error = |code: &str, message: &str| wire.event(&wire.error(code, message));
    let zeros: String = "0".repeat(60_000);
    vec![
        fault("an event that is no JSON", streamed(wire, format!("{begun}{}", event("oops"))), any_bad),
        fault("an event of another shape", streamed(wire, format!("{begun}{}", event("[1, 2]"))), |_, result| {
            bad(result) || cut(result)
        }),
        fault(
            "text that is no text",
            streamed(wire, format!("{begun}{}", wire.text("Rye").replace("\"Rye\"", "{\"a\":[7]}"))),
            |_, result| bad(result) || cut(result),
        ),
        fault("deep nesting", streamed(wire, format!("{begun}{}", event(&"[".repeat(100_000)))), any_bad),
        fault("bytes that are no characters", streamed(wire, &not_utf8), any_bad),
        fault("one huge line", streamed(wire, huge), any_bad),
        fault("a line without end", streamed(wire, "").ending(Ending::Forever(unfinished)), any_bad),
        fault(
            "an answer without end",
            streamed(wire, &begun).ending(Ending::Forever(wire.text(&zeros).into_bytes())),
            any_bad,
        ),
        fault(
            "an error in the middle",
            streamed(wire, format!("{begun}{}", error("api_error", "the runner has died"))),
            |_, result| matches!(result, Err(ChatError::BadAnswer { reason }) if reason.contains("the runner has died")),
        ),
        fault("an error at the beginning", streamed(wire, error("api_error", "the runner has died")), any_bad),
        fault(
            "too busy, in the middle",
            streamed(wire, format!("{begun}{}", error("overloaded_error", "Overloaded"))),
            |wire, result| {
                if wire.is_ollama() { bad(result) } else { *result == Err(ChatError::Overloaded) }
            },
        ),
        fault(
            "too long, in the middle",
            streamed(wire, error("invalid", "prompt exceeds the available context size")),
            |_, result| matches!(result, Err(ChatError::ContextOverflow { .. })),
        ),
        fault("a page for people", Script::answer(200, "content-type: text/html\r\n", "<html>Log in</html>"), any_bad),
        fault(
            "JSON for people",
            Script::answer(200, "content-type: application/json\r\n", "{\"hello\": 1}"),
            |wire, result| {
                // Ollama may say that its lines are JSON; one that is not the last line of an answer is a cut one.
                if wire.is_ollama() { cut(result) } else { bad(result) }
            },
        ),
        fault(
            "a compressed answer",
            Script::answer(200, &format!("{}content-encoding: gzip\r\n", wire.content_type()), [0x1f, 0x8b, 8, 0]),
            any_bad,
        ),
        fault("half of the prompt was read", streamed(wire, truncated), |_, result| {
            *result == Err(ChatError::Truncated { sent_tokens: 10, seen_tokens: 5 })
        }),
    ]
}

/// Servers that do not let one in.
#[expect(clippy::too_many_lines, reason = "a table")]
fn refusals(wire: Wire) -> Vec<Fault> {
    let json = "content-type: application/json\r\n";
    let said = |status: u16, headers: &str, code: &str, message: &str| {
        Script::answer(status, &format!("{json}{headers}"), wire.error(code, message).to_string())
    };
    let page = |status: u16| Script::answer(status, "content-type: text/html\r\n", "<html><title>Sorry</title></html>");
    vec![
        fault(
            "400",
            said(400, "", "invalid_request_error", "something is wrong"),
            |_, result| matches!(result, Err(ChatError::Unavailable { reason }) if reason.contains("something is wrong")),
        ),
        fault(
            "400, too long",
            said(400, "", "invalid_request_error", "the input length exceeds the context length"),
            |_, result| matches!(result, Err(ChatError::ContextOverflow { limit_tokens: 960, .. })),
        ),
        fault("401", said(401, "", "authentication_error", &format!("{KEY} is not known")), |wire, result| {
            if wire.is_ollama() { unavailable(result) } else { matches!(result, Err(ChatError::KeyRefused { .. })) }
        }),
        fault("402", page(402), |wire, result| {
            if wire.is_ollama() { unavailable(result) } else { matches!(result, Err(ChatError::NoCredit { .. })) }
        }),
        fault("403", page(403), |wire, result| {
            if wire.is_ollama() { unavailable(result) } else { matches!(result, Err(ChatError::KeyRefused { .. })) }
        }),
        fault(
            "404, the model",
            said(404, "", "not_found_error", "model 'tiny' not found"),
            |_, result| matches!(result, Err(ChatError::ModelMissing { model, .. }) if model == "tiny"),
        ),
        fault("413", page(413), |wire, result| {
            if wire.is_ollama() {
                unavailable(result)
            } else {
                matches!(result, Err(ChatError::ContextOverflow { .. }))
            }
        }),
        fault("429 with seconds", said(429, "retry-after: 7\r\n", "rate_limit_error", "slow down"), |wire, result| {
            wire.is_ollama() && *result == Err(ChatError::Overloaded)
                || matches!(result, Err(ChatError::RateLimited { retry_after_ms: Some(7000), .. }))
        }),
        fault(
            "429 with a date",
            said(429, "retry-after: Sun, 06 Nov 1994 08:50:07 GMT\r\n", "rate_limit_error", "slow"),
            |wire, result| {
                wire.is_ollama() && *result == Err(ChatError::Overloaded)
                    || matches!(result, Err(ChatError::RateLimited { retry_after_ms: Some(30_000), .. }))
            },
        ),
        fault(
            "429 with a date and the server's own clock",
            said(
                429,
                "date: Mon, 07 Nov 1994 00:00:00 GMT\r\nretry-after: Mon, 07 Nov 1994 00:00:05 GMT\r\n",
                "rate_limit_error",
                "slow",
            ),
            |wire, result| {
                wire.is_ollama() && *result == Err(ChatError::Overloaded)
                    || matches!(result, Err(ChatError::RateLimited { retry_after_ms: Some(5_000), .. }))
            },
        ),
        fault(
            "429 with what is left of the limits",
            Script::answer(
                429,
                "x-ratelimit-remaining-requests: 9\r\nx-ratelimit-reset-requests: 9m0s\r\n\
                 x-ratelimit-remaining-tokens: 0\r\nx-ratelimit-reset-tokens: 1m1.5s\r\n",
                "",
            ),
            |wire, result| {
                wire.is_ollama() && *result == Err(ChatError::Overloaded)
                    || matches!(result, Err(ChatError::RateLimited { retry_after_ms: Some(61_500), .. }))
            },
        ),
        fault("429 and no word when", page(429), |wire, result| {
            wire.is_ollama() && *result == Err(ChatError::Overloaded)
                || matches!(result, Err(ChatError::RateLimited { retry_after_ms: None, .. }))
        }),
        fault("500", said(500, "", "api_error", &format!("a bug with {KEY}")), |_, result| unavailable(result)),
        fault("502", page(502), |_, result| unavailable(result)),
        fault("503", page(503), |_, result| *result == Err(ChatError::Overloaded)),
        fault("504", page(504), |_, result| unavailable(result)),
        fault("529", page(529), |wire, result| {
            if wire.is_ollama() { unavailable(result) } else { *result == Err(ChatError::Overloaded) }
        }),
        fault(
            "an endless error page",
            Script::answer(500, "", "").ending(Ending::Forever(vec![b'x'; 65_536])),
            |_, result| unavailable(result),
        ),
        fault(
            "an error page that stops in the middle",
            Script::answer(500, "", "half").ending(Ending::Silence),
            |_, result| unavailable(result),
        )
        .within(Limit::Next),
        fault(
            "a redirect elsewhere",
            Script::answer(307, "location: http://192.0.2.1/steal\r\ncontent-length: 0\r\n", ""),
            |_, result| unavailable(result),
        ),
        fault("a redirect to itself", Script::answer(308, "location: /\r\ncontent-length: 0\r\n", ""), |_, result| {
            unavailable(result)
        }),
        fault("closed without a word", Script::bytes(""), |_, result| unavailable(result)),
        fault("half a head", Script::bytes("HTTP/1.1 200 O"), |_, result| unavailable(result)),
        fault("another protocol", Script::bytes("SSH-2.0-OpenSSH_9.2\r\n"), |_, result| unavailable(result)),
        fault(
            "a flood of headers",
            Script::bytes("HTTP/1.1 200 OK\r\n").ending(Ending::Forever("x-more: 1\r\n".repeat(1000).into_bytes())),
            |_, result| unavailable(result),
        ),
        fault(
            "a header without end",
            Script::bytes("HTTP/1.1 200 OK\r\nx-long: ").ending(Ending::Forever(vec![b'x'; 65_536])),
            |_, result| unavailable(result),
        ),
    ]
}

pub(crate) fn all(wire: Wire) -> Vec<Fault> {
    [oddities(wire), breaks(wire), nonsense(wire), refusals(wire)].into_iter().flatten().collect()
}
