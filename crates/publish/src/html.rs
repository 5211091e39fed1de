//! HTML export: one file with its style inside and no script.

use comrak::{Options, markdown_to_html};

use crate::{ExportedPiece, markdown::marked};

const STYLE: &str = include_str!("../../../assets/templates/export.css");

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The piece as a web page. Raw HTML in the text is escaped.
pub fn html(piece: &ExportedPiece) -> String {
    let mut options = Options::default();
    options.render.escape = true;
    options.extension.superscript = false;
    // A private-use pair stands for the chip until the Markdown is rendered, because raw HTML would be escaped.
    let text =
        marked(&piece.text.replace(['\u{E000}', '\u{E001}'], ""), piece, |number| format!("\u{E000}{number}\u{E001}"));
    let mut body = markdown_to_html(&text, &options);
    for source in &piece.sources {
        let number = source.number;
        body = body.replace(
            &format!("\u{E000}{number}\u{E001}"),
            &format!("<sup><a href=\"#source-{number}\" id=\"citation-{number}\">{number}</a></sup>"),
        );
    }
    let mut sources = String::new();
    if !piece.sources.is_empty() {
        sources.push_str(&format!("<section class=\"sources\">\n<h2>{}</h2>\n<ol>\n", escaped(&piece.sources_heading)));
        for source in &piece.sources {
            let quote = source.quote.split_whitespace().collect::<Vec<_>>().join(" ");
            sources.push_str(&format!(
                "<li id=\"source-{0}\" value=\"{0}\"><b>{1}</b>, p. {2}: <q>{3}</q> <a href=\"#citation-{0}\">↩</a></li>\n",
                source.number,
                escaped(&source.document_name),
                source.page,
                escaped(&quote)
            ));
        }
        sources.push_str("</ol>\n</section>\n");
    }
    let description = piece
        .description
        .as_deref()
        .map(|text| format!("<meta name=\"description\" content=\"{}\">\n", escaped(text)))
        .unwrap_or_default();
    format!(
        "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         {description}<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}{sources}</main>\n</body>\n</html>\n",
        language = escaped(&piece.language),
        title = escaped(&piece.title),
    )
}

#[cfg(test)]
mod tests {
    use super::html;
    use crate::{ExportedPiece, Source, markdown};

    fn piece(text: &str) -> ExportedPiece {
        ExportedPiece {
            title: "Ferries & <fjords>".into(),
            description: Some("All \"about\" ferries".into()),
            language: "en".into(),
            text: text.into(),
            sources: vec![Source {
                number: 1,
                sentence: "Two boats sail.".into(),
                document_name: "Plan.pdf".into(),
                page: 4,
                quote: "Two boats\nsail.".into(),
            }],
            sources_heading: "Sources".into(),
        }
    }

    #[test]
    fn a_cited_sentence_links_to_its_source_and_back() {
        let page = html(&piece("# Ferries\n\nTwo boats sail. More.\n"));
        assert!(page.contains("Two boats sail.<sup><a href=\"#source-1\""), "the chip follows the sentence: {page}");
        assert!(page.contains("<q>Two boats sail.</q>"), "the quote is folded for print");
    }

    #[test]
    fn html_in_the_text_stays_text() {
        let page = html(&piece("# A\n\n<script>alert(1)</script> [x](javascript:alert(1))\n"));
        assert!(!page.contains("<script>"), "raw HTML is no markup: {page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "and not lost either: {page}");
        assert!(!page.contains("href=\"javascript:"), "links to scripts are dropped: {page}");
        assert!(page.contains("<title>Ferries &amp; &lt;fjords&gt;</title>"));
    }

    #[test]
    fn markdown_carries_its_sources_as_footnotes() {
        let text = markdown(&piece("# Ferries\n\nTwo boats sail. More.\n"));
        assert!(text.contains("Two boats sail.[^1] More."), "{text}");
        assert!(text.ends_with("[^1]: Plan.pdf, p. 4: “Two boats sail.”\n"), "{text}");
        let plain = markdown(&ExportedPiece { sources: vec![], ..piece("# Ferries\n") });
        assert_eq!(plain, "# Ferries\n", "without sources the text is left as it is");
    }
}
