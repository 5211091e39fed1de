//! Links as networks recognise them in plain text.

use std::{collections::HashSet, sync::LazyLock};

static DOMAINS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../../../assets/rules/domains.txt").lines().filter(|line| !line.starts_with('#')).collect()
});

/// Byte ranges of the links of a text. With `bare`, names without a scheme count when their top-level domain exists.
pub(super) fn links(text: &str, bare: bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let Some(first) = rest.chars().next() else { break };
        let boundary = !text[..at]
            .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '@' | '_' | '.' | '-' | '#' | '$' | '/'));
        let length = if boundary && first.is_alphanumeric() {
            with_scheme(rest).or_else(|| if bare { without_scheme(rest) } else { None })
        } else {
            None
        };
        match length {
            Some(length) => {
                found.push((at, at + length));
                at += length;
            }
            None => at += first.len_utf8(),
        }
    }
    found
}

fn with_scheme(rest: &str) -> Option<usize> {
    let scheme = ["https://", "http://"]
        .into_iter()
        .find(|scheme| rest.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))?;
    let host = host_length(&rest[scheme.len()..]);
    (host > 0 && rest[scheme.len()..scheme.len() + host].contains('.'))
        .then(|| scheme.len() + host + tail_length(&rest[scheme.len() + host..]))
}

fn without_scheme(rest: &str) -> Option<usize> {
    let host = host_length(rest);
    let name = &rest[..host];
    let (before, top) = name.rsplit_once('.')?;
    let top = top.to_ascii_lowercase();
    if !DOMAINS.contains(top.as_str()) || before.split('.').any(str::is_empty) {
        return None;
    }
    let tail = tail_length(&rest[host..]);
    // `is.it` is more often a missing space than a link; twitter-text wants a path then, except for these two.
    let short = top.len() == 2
        && !before.contains('.')
        && !rest[host..].starts_with('/')
        && !matches!(top.as_str(), "co" | "tv");
    // An address of mail is not a link.
    (!short && !rest[host..].starts_with('@')).then_some(host + tail)
}

fn host_length(rest: &str) -> usize {
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(rest.len());
    rest[..end].trim_end_matches(['.', '-']).len()
}

/// Length of port, path, query and fragment, without the punctuation of the sentence around them.
fn tail_length(rest: &str) -> usize {
    if !rest.starts_with(['/', ':', '?', '#']) {
        return 0;
    }
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '“' | '”')).unwrap_or(rest.len());
    let mut tail = &rest[..end];
    loop {
        let trimmed = tail.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’', '*']);
        let trimmed = if trimmed.ends_with(')') && trimmed.matches('(').count() < trimmed.matches(')').count() {
            &trimmed[..trimmed.len() - 1]
        } else {
            trimmed
        };
        if trimmed.len() == tail.len() {
            return tail.len();
        }
        tail = trimmed;
    }
}
