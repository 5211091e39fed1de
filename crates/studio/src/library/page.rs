//! A page on the web becomes a document: the one host that the user typed is asked, for this one request.
//!
//! Invariants
//! - Only the host that was typed is asked; a redirect may lead to the same host, with or without `www.`, and from `http`
//!   to `https`, and nowhere else.
//! - Every request is in the ledger, also one that sealed mode refused.

use std::time::Duration;

use quillhouse_domain::{Coded, DocumentFormat, ErrorCode};
use quillhouse_egress::{EgressError, Purpose, Request, Response};
use quillhouse_knowledge::ingest::IngestSource;
use url::Url;

use crate::{CommandError, ErrorReason, Studio};

/// Redirects that are followed: from `http`, to `www.`, to a language, to a canonical address, and one more.
const REDIRECTS: usize = 5;
/// Longest time for the whole page.
const TIME: Duration = Duration::from_secs(90);
/// Longest silence.
const SILENCE: Duration = Duration::from_secs(20);
/// Largest page or file.
const SIZE_BYTES: usize = 64 << 20;
/// Longest name made from an address, in characters.
const NAME_CHARACTERS: usize = 100;

/// Fetches what the address names.
pub(super) async fn fetch(studio: &Studio, address: &str) -> Result<IngestSource, CommandError> {
    let typed = address.trim();
    let url = Url::parse(typed)
        .or_else(|_| Url::parse(&format!("https://{typed}")))
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some())
        .ok_or_else(|| {
            CommandError::invalid_input(format!(
                "`{typed}` is not the address of a page; paste one that begins with https://"
            ))
            .because(ErrorReason::NotAnAddress { address: typed.to_owned() })
        })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(CommandError::invalid_input("An address with a name or password in it is not fetched")
            .because(ErrorReason::AddressWithPassword));
    }
    let (response, last) = tokio::time::timeout(TIME, follow(studio, url.clone())).await.map_err(|_| {
        CommandError::new(
            ErrorCode::RuntimeUnavailable,
            format!("`{url}` did not arrive within {} seconds. Nothing was added; try again later", TIME.as_secs()),
        )
        .because(ErrorReason::PageTooSlow { address: url.to_string(), seconds: TIME.as_secs() as u32 })
    })??;
    if !response.is_success() {
        return Err(CommandError::new(
            ErrorCode::NotFound,
            format!(
                "`{url}` answered with status {}. Nothing was added; check the address in a browser",
                response.status
            ),
        )
        .because(ErrorReason::PageStatus { address: url.to_string(), status: response.status.into() }));
    }
    let name = name(&last, &response.body);
    Ok(IngestSource::Page { url: url.to_string(), name, bytes: response.body })
}

async fn follow(studio: &Studio, mut url: Url) -> Result<(Response, Url), CommandError> {
    let first = url.clone();
    for _ in 0..=REDIRECTS {
        let host = url.host_str().unwrap_or_default().to_owned();
        let mut request = Request::get(url.clone(), Purpose::LibraryPage).patience(SILENCE, SILENCE);
        request.max_body_bytes = SIZE_BYTES;
        match studio.egress().allowing(&host).request(request).await {
            Ok(response) => return Ok((response, url)),
            Err(EgressError::Redirected { target, .. }) => {
                let next = url.join(&target).map_err(|error| CommandError::invalid_input(error.to_string()))?;
                if !is_same_site(&first, &next) {
                    return Err(CommandError::invalid_input(format!(
                        "`{first}` sends on to `{next}`, which is another site. Nothing was added; paste that address if you trust it"
                    ))
                    .because(ErrorReason::OtherSite { address: first.to_string(), target: next.to_string() }));
                }
                url = next;
            }
            Err(error) => {
                let reason = ErrorReason::of_egress(&error);
                return Err(CommandError {
                    reason,
                    ..CommandError::new(error.code(), format!("{error}. Nothing was added"))
                });
            }
        }
    }
    Err(CommandError::invalid_input(format!("`{first}` sends on in a circle. Nothing was added"))
        .because(ErrorReason::RedirectCircle { address: first.to_string() }))
}

/// The same host, `www.` aside, on the same port, and never from `https` back to `http`.
fn is_same_site(from: &Url, to: &Url) -> bool {
    fn bare(url: &Url) -> Option<&str> {
        url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host))
    }
    let secure = from.scheme() == to.scheme() || (from.scheme() == "http" && to.scheme() == "https");
    let port = from.port() == to.port();
    matches!(to.scheme(), "http" | "https") && secure && port && bare(from).is_some() && bare(from) == bare(to)
}

/// A file name for a page: its last part, with the ending that its content asks for.
fn name(url: &Url, bytes: &[u8]) -> String {
    let last = url.path_segments().and_then(|parts| parts.rev().find(|part| !part.is_empty()));
    let base: String = last
        .or(url.host_str())
        .unwrap_or("page")
        .chars()
        .map(|letter| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { '-' } else { letter })
        .take(NAME_CHARACTERS)
        .collect();
    let sniffed = sniff(bytes);
    let promised = last.and_then(DocumentFormat::from_file_name);
    match (sniffed, promised) {
        (Some((_, format)), Some(promised)) if format == promised => base,
        (Some((ending, _)), _) => format!("{base}.{ending}"),
        (None, Some(_)) => base,
        (None, None) => format!("{base}.txt"),
    }
}

/// The kind of content, by its first bytes.
fn sniff(bytes: &[u8]) -> Option<(&'static str, DocumentFormat)> {
    let head = &bytes[..bytes.len().min(64 << 10)];
    let holds = |needle: &[u8]| head.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle));
    if head.windows(5).take(1_024).any(|window| window == b"%PDF-") {
        return Some(("pdf", DocumentFormat::Pdf));
    }
    if head.starts_with(b"PK\x03\x04") {
        return [
            (&b"word/"[..], "docx", DocumentFormat::Docx),
            (b"ppt/", "pptx", DocumentFormat::Pptx),
            (b"xl/", "xlsx", DocumentFormat::Xlsx),
            (b"application/vnd.oasis.opendocument.spreadsheet", "ods", DocumentFormat::Ods),
        ]
        .into_iter()
        .find(|(part, ..)| holds(part))
        .map(|(_, ending, format)| (ending, format));
    }
    (holds(b"<!doctype html") || holds(b"<html") || holds(b"<body")).then_some(("html", DocumentFormat::Html))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_redirect_stays_on_the_site_that_was_typed() {
        for (from, to, expected) in [
            ("http://example.org/a", "https://www.example.org/b", true),
            ("https://www.example.org/", "https://example.org/", true),
            ("https://example.org/", "http://example.org/", false),
            ("https://example.org/", "https://example.org.evil.net/", false),
            ("https://example.org/", "https://login.example.org/", false),
            ("https://example.org/", "https://example.org:8443/", false),
            ("http://example.org/", "http://127.0.0.1/", false),
            ("https://example.org/", "file:///etc/passwd", false),
        ] {
            assert_eq!(is_same_site(&url(from), &url(to)), expected, "{from} to {to}");
        }
    }

    #[test]
    fn a_page_is_named_by_its_address_and_its_content() {
        for (address, bytes, expected) in [
            ("https://example.org/guide/voice", &b"<!DOCTYPE html><html>"[..], "voice.html"),
            ("https://example.org/", b"<html>", "example.org.html"),
            ("https://example.org/report.pdf?x=1", b"%PDF-1.7", "report.pdf"),
            ("https://example.org/download", b"%PDF-1.7", "download.pdf"),
            ("https://example.org/readme.md", b"# Title", "readme.md"),
            ("https://example.org/notes", b"plain words", "notes.txt"),
            ("https://example.org/a.pdf", b"<html>not found</html>", "a.pdf.html"),
        ] {
            assert_eq!(name(&url(address), bytes), expected, "{address}");
        }
    }
}
