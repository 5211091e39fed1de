//! How views look on a terminal.

use quillhouse_domain::DocumentState;
use quillhouse_studio::views::{
    app::{DoctorView, Verdict},
    brand::{BrandListView, BrandView},
    document::{DocumentAddView, DocumentDetailView, DocumentListView, DocumentView, LibrarySearchView},
    model::{ModelListView, ModelProbeView},
    piece::{PieceDetailView, PieceListView, PieceView},
    run::{RunDetailView, RunListView, RunView},
};
use serde::Serialize;

use crate::command::Written;

/// A view that can be read by a person.
pub(crate) trait Show {
    /// Lines for a terminal, without the last line end.
    fn lines(&self) -> String;
}

/// Prints a view: one JSON document, or lines.
pub(crate) fn print<V: Serialize + Show>(view: &V, json: bool) {
    if json {
        match serde_json::to_string_pretty(view) {
            Ok(text) => println!("{text}"),
            Err(error) => eprintln!("error: the answer cannot be written as JSON: {error}"),
        }
    } else {
        println!("{}", view.lines());
    }
}

/// Something was erased.
#[derive(Debug, Serialize)]
pub(crate) struct Erased {}

impl Show for Erased {
    fn lines(&self) -> String {
        "Erased".to_owned()
    }
}

/// A file was written.
#[derive(Debug, Serialize)]
pub(crate) struct Exported {
    pub(crate) output: String,
    pub(crate) byte_count: u64,
}

impl Show for Exported {
    fn lines(&self) -> String {
        format!("Wrote {} bytes to {}", self.byte_count, self.output)
    }
}

/// The word of a serialisable state, for people.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(|word| word.replace('_', " ")))
        .unwrap_or_default()
}

fn one_line(text: &str, characters: usize) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if folded.chars().count() <= characters {
        return folded;
    }
    let cut: String = folded.chars().take(characters.saturating_sub(1)).collect();
    format!("{}…", cut.trim_end())
}

impl Show for DoctorView {
    fn lines(&self) -> String {
        let mark = |verdict: Verdict| match verdict {
            Verdict::Ok => "ok       ",
            Verdict::Attention => "attention",
            Verdict::Wrong => "wrong    ",
        };
        self.checks
            .iter()
            .map(|check| format!("{}  {:<13} {}", mark(check.verdict), check.name, check.note))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

impl Show for BrandView {
    fn lines(&self) -> String {
        format!("{}  {}  {} documents, {} passages", self.id, self.name, self.documents, self.passages)
    }
}

impl Show for BrandListView {
    fn lines(&self) -> String {
        if self.brands.is_empty() {
            return "There is no brand yet. `quillhouse brand create NAME` makes one".to_owned();
        }
        self.brands.iter().map(Show::lines).collect::<Vec<_>>().join("\n")
    }
}

fn document_lines(document: &DocumentView) -> String {
    let mut line = format!(
        "{:<9} {:>4} pages {:>5} passages  {}",
        word(&document.state),
        document.pages,
        document.passages,
        document.name
    );
    for problem in &document.problems {
        line.push_str(&format!("\n          {}", problem.message));
    }
    line
}

impl Show for DocumentAddView {
    fn lines(&self) -> String {
        let mut lines: Vec<String> = self
            .documents
            .iter()
            .filter(|document| document.state != DocumentState::Ready)
            .map(document_lines)
            .collect();
        lines.extend(self.skipped.iter().map(|skipped| format!("skipped   {}: {}", skipped.name, skipped.reason)));
        lines.push(format!(
            "{} added ({} in part), {} unchanged, {} not readable, {} skipped, {} passages, {:.1} s",
            self.added,
            self.partial,
            self.unchanged,
            self.failed,
            self.skipped.len(),
            self.passages,
            self.seconds
        ));
        lines.join("\n")
    }
}

impl Show for DocumentListView {
    fn lines(&self) -> String {
        if self.documents.is_empty() {
            return "The library is empty. `quillhouse library add BRAND PATH` adds documents".to_owned();
        }
        self.documents.iter().map(document_lines).collect::<Vec<_>>().join("\n")
    }
}

impl Show for DocumentDetailView {
    fn lines(&self) -> String {
        format!("{}\n\n{}", document_lines(&self.document), self.text)
    }
}

impl Show for LibrarySearchView {
    fn lines(&self) -> String {
        if self.hits.is_empty() {
            return format!("Nothing in the library answers `{}`", self.query);
        }
        let mut lines: Vec<String> = self
            .hits
            .iter()
            .map(|hit| {
                format!(
                    "{:.2}  {} p. {}\n      {}",
                    hit.relevance,
                    hit.document_name,
                    hit.page,
                    one_line(&hit.text, 160)
                )
            })
            .collect();
        lines.extend(self.note.clone());
        lines.join("\n")
    }
}

impl Show for RunView {
    fn lines(&self) -> String {
        let mut line = format!(
            "{}  {:<11} {:>3.0} %  {:>6.1} s  {}  {}",
            self.id,
            word(&self.state),
            self.progress * 100.0,
            self.seconds,
            self.model,
            self.title
        );
        if let Some(reason) = &self.reason {
            line.push_str(&format!("\n    {reason}"));
        }
        line
    }
}

impl Show for RunListView {
    fn lines(&self) -> String {
        if self.runs.is_empty() {
            return "There is no run yet. `quillhouse write BRAND --topic TOPIC` starts one".to_owned();
        }
        self.runs.iter().map(Show::lines).collect::<Vec<_>>().join("\n")
    }
}

impl Show for RunDetailView {
    fn lines(&self) -> String {
        let mut lines = vec![self.run.lines()];
        for step in &self.steps {
            lines.push(format!(
                "  {:<8} {:>6.1} s {:>6} tokens  {}{}",
                word(&step.state),
                step.seconds.unwrap_or_default(),
                step.tokens,
                step.title,
                step.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default()
            ));
        }
        lines.join("\n")
    }
}

fn piece_line(piece: &PieceView) -> String {
    format!(
        "{}  {:<6} {:<9} {:>5} words  score {:>4.1}  {}",
        piece.id,
        piece.piece_type,
        piece.network.as_deref().unwrap_or(""),
        piece.words,
        piece.score,
        piece.title
    )
}

impl Show for PieceListView {
    fn lines(&self) -> String {
        if self.pieces.is_empty() {
            return "There is no piece yet. `quillhouse write BRAND --topic TOPIC` makes some".to_owned();
        }
        self.pieces.iter().map(piece_line).collect::<Vec<_>>().join("\n")
    }
}

impl Show for PieceDetailView {
    fn lines(&self) -> String {
        let mut lines = vec![piece_line(&self.piece), String::new(), self.text.clone()];
        for citation in &self.citations {
            lines.push(format!(
                "[{}] {} p. {}: “{}”",
                citation.number,
                citation.document_name,
                citation.page,
                one_line(&citation.quote, 200)
            ));
        }
        lines.join("\n")
    }
}

impl Show for ModelListView {
    fn lines(&self) -> String {
        let mut lines: Vec<String> = self
            .models
            .iter()
            .map(|model| {
                let state = if model.installed { "installed" } else { "missing" };
                let way = model.way.map(|way| word(&way)).unwrap_or_default();
                format!("{:<28} {:<10} {:<9} {}", model.id, state, way, model.note.as_deref().unwrap_or(&model.name))
            })
            .collect();
        lines.extend(self.note.clone());
        lines.join("\n")
    }
}

impl Show for ModelProbeView {
    fn lines(&self) -> String {
        let mut lines = vec![format!(
            "{} works {}: reads {:.0} and writes {:.0} tokens a second",
            self.model,
            word(&self.way),
            self.prompt_tokens_per_second,
            self.completion_tokens_per_second
        )];
        lines.extend(self.reasons.iter().map(|reason| format!("  {reason}")));
        lines.join("\n")
    }
}

impl Show for Written {
    fn lines(&self) -> String {
        let mut lines = vec![format!(
            "{} with {} in {:.1} s{}",
            word(&self.state),
            self.model,
            self.seconds,
            if self.cache_hit {
                ", from the cache: the same brief over the same documents was written within the last hour"
            } else {
                ""
            }
        )];
        lines.extend(self.reason.clone());
        for piece in &self.pieces {
            let support = &piece.support;
            lines.push(format!(
                "{}  {:<6} {:<9} {:>5} words  score {:>4.1}  {} facts, {} general, {} unsupported  {}",
                piece.id,
                piece.piece_type,
                piece.network.as_deref().unwrap_or(""),
                piece.words,
                piece.score,
                support.fact,
                support.general,
                support.unsupported,
                piece.title
            ));
        }
        lines.push(
            "`quillhouse piece show ID` prints a piece, `quillhouse export ID --to html --output FILE` saves it"
                .to_owned(),
        );
        lines.join("\n")
    }
}
