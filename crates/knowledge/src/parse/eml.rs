//! One message of electronic mail: who wrote what to whom, then the text. Attachments are named and not read.

use mail_parser::{Address, MessageParser, MimeHeaders, PartType};
use quillhouse_domain::{BlockKind, DocumentFormat, ParsedDocument, Problem, ProblemKind};

use super::{assemble::Assembler, encoding, html, plain, reader::problem};

/// Most names shown in one list of people, and most attachments named.
const NAME_LIMIT: usize = 20;

/// Reads a message.
pub(crate) fn read(file_name: &str, bytes: &[u8]) -> Result<ParsedDocument, Problem> {
    let damaged = || {
        problem(
            ProblemKind::Damaged,
            format!(
                "`{file_name}` is not a mail message that can be read. Save it again from the mail program and add that"
            ),
        )
    };
    let message = MessageParser::default().parse(bytes).ok_or_else(damaged)?;
    if message.headers().is_empty() {
        return Err(damaged());
    }
    let mut assembler = Assembler::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            assembler.push(BlockKind::Paragraph, &format!("{name}: {value}"));
        }
    };
    line("From", message.from().map(people));
    line("To", message.to().map(people));
    line("Cc", message.cc().map(people));
    let date = message.date().filter(|date| date.is_valid());
    line(
        "Date",
        date.map(|date| format!("{}-{:02}-{:02} {:02}:{:02}", date.year, date.month, date.day, date.hour, date.minute)),
    );
    line("Subject", message.subject().map(str::to_owned));

    let words = |text: &str| text.split_whitespace().count();
    let mut text_body = String::new();
    for part in message.text_bodies() {
        match &part.body {
            PartType::Text(text) => {
                text_body.push_str(text);
                text_body.push_str("\n\n");
            }
            PartType::Binary(raw) | PartType::InlineBinary(raw) => text_body.push_str(&encoding::decode(raw)),
            _ => {}
        }
    }
    let page: Vec<(BlockKind, String)> = message
        .html_bodies()
        .filter_map(|part| match &part.body {
            PartType::Html(source) => Some(html::fragment_blocks(source)),
            _ => None,
        })
        .flatten()
        .collect();
    let page_words: usize = page.iter().map(|(_, text)| words(text)).sum();
    // A text part that only says where the real message is counts for less than the page beside it.
    if words(&text_body) * 3 >= page_words && !text_body.trim().is_empty() {
        write_text(&mut assembler, &text_body);
    } else {
        assembler.push_all(page.iter().map(|(kind, text)| (*kind, text.as_str())));
    }

    let names: Vec<String> =
        message.attachments().map(|part| part.attachment_name().unwrap_or("a message").to_owned()).collect();
    let mut problems = Vec::new();
    if !names.is_empty() {
        let shown: Vec<String> = names.iter().take(NAME_LIMIT).map(|name| format!("`{name}`")).collect();
        problems.push(problem(
            ProblemKind::LeftOut,
            format!("Attachments were not read: {}. Save them and add them as files of their own", shown.join(", ")),
        ));
    }
    let subject = message.subject().map(str::to_owned);
    Ok(assembler.finish(DocumentFormat::Eml, subject.as_deref(), problems))
}

fn people(address: &Address<'_>) -> String {
    let names: Vec<String> = address
        .iter()
        .take(NAME_LIMIT)
        .filter_map(|person| match (person.name(), person.address()) {
            (Some(name), Some(address)) => Some(format!("{name} <{address}>")),
            (Some(only), None) | (None, Some(only)) => Some(only.to_owned()),
            (None, None) => None,
        })
        .collect();
    names.join(", ")
}

/// Own words as text, what was replied to as quotations.
fn write_text(assembler: &mut Assembler, text: &str) {
    let mut own = String::new();
    let mut quoted = String::new();
    // Below this line some programs put the whole message that is answered, without marks.
    let mut forwarded = false;
    for line in text.lines() {
        let bare = line.trim_start();
        forwarded |= is_divider(bare);
        let quote = bare.strip_prefix('>');
        if quote.is_some() || forwarded {
            flush(assembler, &mut own, false);
            let mut rest = quote.unwrap_or(bare).trim_start();
            while let Some(inner) = rest.strip_prefix('>') {
                rest = inner.trim_start();
            }
            if rest.is_empty() {
                quoted.push('\n');
            }
            quoted.push_str(rest);
            quoted.push('\n');
        } else {
            if !bare.is_empty() {
                flush(assembler, &mut quoted, true);
            }
            own.push_str(line);
            own.push('\n');
        }
    }
    flush(assembler, &mut own, false);
    flush(assembler, &mut quoted, true);
}

fn flush(assembler: &mut Assembler, text: &mut String, quoted: bool) {
    for (kind, words) in plain::blocks(text) {
        assembler.push(if quoted { BlockKind::Quote } else { kind }, &words);
    }
    text.clear();
}

fn is_divider(line: &str) -> bool {
    let inside = line.trim_matches(['-', '_', ' ']);
    line.starts_with("-----")
        && matches!(
            inside,
            "Original Message"
                | "Forwarded message"
                | "Forwarded Message"
                | "Ursprüngliche Nachricht"
                | "Message d'origine"
                | "Mensaje original"
                | "Weitergeleitete Nachricht"
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(source: &[u8]) -> Vec<(BlockKind, String)> {
        let document = read("a.eml", source).unwrap();
        let characters: Vec<char> = document.text.chars().collect();
        document
            .blocks
            .iter()
            .map(|block| (block.kind, characters[block.start as usize..block.end as usize].iter().collect()))
            .collect()
    }

    #[test]
    fn a_reply_shows_who_wrote_what() {
        let source = b"From: =?UTF-8?Q?J=C3=B6rg_Maier?= <joerg@example.org>\r\nTo: Ann <ann@example.org>\r\n\
            Date: Fri, 15 Mar 2024 14:30:00 +0100\r\nSubject: =?iso-8859-1?Q?Gr=FC=DFe?=\r\nMIME-Version: 1.0\r\n\
            Content-Type: text/plain; charset=windows-1252\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
            Yes, it costs 5 =80 and we are glad to send it to you by the end of this w=\r\neek.\r\n\r\nOn Thursday Ann wrote:\r\n> What does\r\n> it cost?\r\n";
        let wanted = [
            (BlockKind::Paragraph, "From: Jörg Maier <joerg@example.org>"),
            (BlockKind::Paragraph, "To: Ann <ann@example.org>"),
            (BlockKind::Paragraph, "Date: 2024-03-15 14:30"),
            (BlockKind::Paragraph, "Subject: Grüße"),
            (BlockKind::Paragraph, "Yes, it costs 5 € and we are glad to send it to you by the end of this week."),
            (BlockKind::Paragraph, "On Thursday Ann wrote:"),
            (BlockKind::Quote, "What does it cost?"),
        ];
        let wanted: Vec<_> = wanted.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
        assert_eq!(lines(source), wanted);
    }

    #[test]
    fn a_page_in_a_mail_is_read_and_attachments_are_named() {
        let source = b"From: a@example.org\r\nSubject: S\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
            --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<h1>News</h1><p>Read <b>this</b></p><ul><li>one</ul>\r\n\
            --x\r\nContent-Type: application/pdf; name=\"price.pdf\"\r\nContent-Disposition: attachment; filename=\"price.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--x--\r\n";
        let found = lines(source);
        assert!(found.contains(&(BlockKind::Heading { level: 1 }, "News".to_owned())), "{found:?}");
        assert!(found.contains(&(BlockKind::ListItem, "one".to_owned())), "{found:?}");
        let problems = read("a.eml", source).unwrap().problems;
        assert_eq!(problems[0].kind, ProblemKind::LeftOut);
        assert!(problems[0].message.contains("price.pdf"), "{}", problems[0].message);
    }
}
