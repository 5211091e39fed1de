//! Markdown export.

use crate::ExportedPiece;

/// The text, with footnote marks and a list of sources when there are any.
pub fn markdown(piece: &ExportedPiece) -> String {
    if piece.sources.is_empty() {
        return piece.text.clone();
    }
    let mut text = marked(&piece.text, piece, |number| format!("[^{number}]"));
    text.truncate(text.trim_end().len());
    text.push_str(&format!("\n\n## {}\n\n", piece.sources_heading));
    for source in &piece.sources {
        let quote = source.quote.split_whitespace().collect::<Vec<_>>().join(" ");
        text.push_str(&format!("[^{}]: {}, p. {}: “{quote}”\n", source.number, source.document_name, source.page));
    }
    text
}

/// Puts a mark behind each sentence that has a source. Sentences are looked for in order, so that one that stands
/// twice is marked where it is cited.
pub(crate) fn marked(text: &str, piece: &ExportedPiece, mark: impl Fn(u32) -> String) -> String {
    let mut out = String::with_capacity(text.len() + piece.sources.len() * 8);
    let mut rest = text;
    for source in &piece.sources {
        if let Some(position) = rest.find(&source.sentence) {
            let end = position + source.sentence.len();
            out.push_str(&rest[..end]);
            out.push_str(&mark(source.number));
            rest = &rest[end..];
        }
    }
    out.push_str(rest);
    out
}
