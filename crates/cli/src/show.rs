//! How views look on a terminal.

use quillhouse_domain::DocumentState;
use quillhouse_studio::views::{
    app::{DoctorView, Verdict},
    brand::{BrandListView, BrandView},
    document::{
        DocumentAddView, DocumentDetailView, DocumentListView, DocumentView, ErasureReceiptView, HitView,
        IngestEventView, LibrarySearchView, LibraryStatusView, StrengthView, WatchState, WatchedFolderView,
    },
    embedder::{AssumedView, EmbedderLanguagesView, EmbedderListView, EmbedderView},
    kit::{BrandKitView, KitChangeView, KitCitationView, KitEntryView, KitLogView, KitTermView},
    model::{ModelCanView, ModelProbeView, ModelView},
    piece::{PieceDetailView, PieceListView, PieceView},
    run::{RunDetailView, RunListView, RunView},
};
use serde::Serialize;

mod provider;

pub(crate) use provider::{Ledger, Tests};

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

impl Show for ErasureReceiptView {
    fn lines(&self) -> String {
        let mut lines = vec![format!("Erased {} `{}` at {}", word(&self.scope), self.name, self.erased_at)];
        lines.extend(self.items.iter().map(|item| {
            format!("  {:<20} {:>8} {:>14.0} bytes", item.what.replace('_', " "), item.count, item.byte_count)
        }));
        lines.push(
            if self.verified {
                "Every file was searched afterwards; nothing of it is left"
            } else {
                "Not fully checked"
            }
            .to_owned(),
        );
        lines.extend(self.note.clone());
        lines.join("\n")
    }
}

/// A folder is watched no more.
#[derive(Debug, Serialize)]
pub(crate) struct Unwatched {}

impl Show for Unwatched {
    fn lines(&self) -> String {
        "The folder is watched no more; its documents stay".to_owned()
    }
}

impl Show for WatchedFolderView {
    fn lines(&self) -> String {
        let state = match self.state {
            WatchState::Watching => "watching",
            WatchState::Missing => "missing ",
        };
        let note = self.note.as_deref().map(|note| format!("\n          {note}")).unwrap_or_default();
        format!("{state}  {}  {} documents{note}", self.path, self.documents)
    }
}

impl Show for LibraryStatusView {
    fn lines(&self) -> String {
        let mut lines = vec![
            format!(
                "{} documents ({} ready, {} in part, {} rejected, {} failed, {} in progress), {} passages",
                self.documents, self.ready, self.partial, self.rejected, self.failed, self.in_progress, self.passages
            ),
            format!("index {} ({:.0} %), embedder {}", word(&self.index), self.index_share * 100.0, self.embedder),
        ];
        lines.extend(self.index_note.clone());
        lines.extend(self.changing_to.as_ref().map(|embedder| {
            format!("the embedder {embedder} is being prepared beside it; `quillhouse models use {embedder}` goes on with it")
        }));
        lines.extend(self.change_problem.clone());
        lines.extend(self.language_gap.as_ref().map(|gap| {
            format!("{}. Bring a multilingual embedder with `quillhouse models import FOLDER`", gap.sentence())
        }));
        lines.extend(self.watched.iter().map(Show::lines));
        lines.join("\n")
    }
}

/// One line for what happens to a library that is watched.
pub(crate) fn event_line(event: &IngestEventView) -> Option<String> {
    event.state.is_final().then(|| {
        let problem = event.problem.as_deref().map(|problem| format!(": {problem}")).unwrap_or_default();
        format!("{:<9} {:>5} passages  {}{problem}", word(&event.state), event.passages, event.name)
    })
}

fn place(citation: Option<&KitCitationView>) -> String {
    citation.map_or_else(|| "yours".to_owned(), |citation| format!("{}, p. {}", citation.document_name, citation.page))
}

fn standing(state: &impl Serialize, pinned: bool, reason: Option<&impl Serialize>) -> String {
    let mut words = Vec::new();
    if pinned {
        words.push("pinned".to_owned());
    }
    let state = word(state);
    if state != "found" {
        words.push(state);
    }
    words.extend(reason.map(word));
    if words.is_empty() { String::new() } else { format!("  [{}]", words.join(", ")) }
}

fn kit_entry(entry: &KitEntryView) -> String {
    let mut standing = standing(&entry.state, entry.pinned, entry.reason.as_ref());
    match (&entry.valid_until, &entry.as_of) {
        (Some(day), _) => standing.push_str(&format!("  until {day}")),
        (None, Some(day)) => standing.push_str(&format!("  as of {day}")),
        (None, None) => {}
    }
    let suggestion = entry.suggestion.as_ref().map(|text| format!("\n      or: {text}")).unwrap_or_default();
    format!("  {}{suggestion}\n      {}{standing}", entry.text, place(entry.citation.as_ref()))
}

fn kit_tone(entry: &KitEntryView) -> String {
    let standing = standing(&entry.state, entry.pinned, entry.reason.as_ref());
    let quote = entry.citation.as_ref().map(|citation| format!(": “{}”", one_line(&citation.quote, 90)));
    format!("  {:<18} {}{}{standing}", entry.text, place(entry.citation.as_ref()), quote.unwrap_or_default())
}

fn kit_change(change: &KitChangeView) -> String {
    let (sign, kind) = (word(&change.change), word(&change.kind));
    let text = match (&change.text, &change.before) {
        (Some(now), Some(before)) => format!("{}  (was: {})", one_line(now, 100), one_line(before, 100)),
        (Some(text), None) | (None, Some(text)) => one_line(text, 140),
        (None, None) => "erased with its document".to_owned(),
    };
    format!("    {sign:<8} {kind:<9} {text}")
}

impl Show for KitLogView {
    fn lines(&self) -> String {
        if self.versions.is_empty() {
            return "The brand kit has no history yet; `kit build` makes its first version".to_owned();
        }
        let mut lines = Vec::new();
        for version in &self.versions {
            let voice = if version.voice { ", voice measured anew" } else { "" };
            lines.push(format!(
                "Version {}  {}  {}: {} added, {} changed, {} removed{voice}",
                version.version,
                version.at.as_deref().unwrap_or("-"),
                word(&version.cause),
                version.added,
                version.changed,
                version.removed
            ));
            lines.extend(version.changes.iter().take(SHOWN_CHANGES).map(kit_change));
            if version.changes.len() > SHOWN_CHANGES {
                lines.push(format!("    … and {} more", version.changes.len() - SHOWN_CHANGES));
            }
        }
        lines.join("\n")
    }
}

/// Changes of a version that are listed; `--json` has all.
const SHOWN_CHANGES: usize = 12;

fn kit_term(term: &KitTermView) -> String {
    let not = if term.not.is_empty() { String::new() } else { format!("not {}", term.not.join(", ")) };
    let because = if term.because.is_empty() { String::new() } else { format!(": {}", term.because) };
    let standing = standing(&term.state, term.pinned, term.reason.as_ref());
    format!("  {:<32} {:<40} {}{because}{standing}", term.say, not, place(term.citation.as_ref()))
}

impl Show for BrandKitView {
    fn lines(&self) -> String {
        let mut lines = vec![match (self.version, self.documents) {
            (0, _) => "No brand kit yet; `kit build` makes one from the documents".to_owned(),
            (version, documents) => {
                format!(
                    "Brand kit, version {version}, from {documents} documents; {} entries need a look",
                    self.needs_look
                )
            }
        }];
        if self.stale_documents > 0 {
            lines.push(format!(
                "{} documents are new or have changed since; `kit build` reads them",
                self.stale_documents
            ));
        }
        if !self.voice.is_empty() {
            lines.push(format!("\nVoice, measured over {} documents", self.voice_documents));
            lines
                .extend(self.voice.iter().map(|measure| format!("  {:<18} {}", word(&measure.measure), measure.words)));
        }
        if !self.manner.is_empty() {
            let words = self.manner.iter().map(|word| format!("{} ({})", word.word, word.count)).collect::<Vec<_>>();
            lines.push(format!("  {:<18} {}", "own words", words.join(", ")));
        }
        if !self.tone.is_empty() {
            lines.push(format!("\nTone, as the guides say ({})", self.tone.len()));
            lines.extend(self.tone.iter().map(kit_tone));
        }
        for (title, entries) in
            [("Facts and claims", &self.facts), ("Products", &self.products), ("Audiences", &self.audiences)]
        {
            if !entries.is_empty() {
                lines.push(format!("\n{title} ({})", entries.len()));
                lines.extend(entries.iter().map(kit_entry));
            }
        }
        if !self.terms.is_empty() {
            lines.push(format!("\nWords ({})", self.terms.len()));
            lines.extend(self.terms.iter().map(kit_term));
        }
        lines.join("\n")
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
        let here = if self.local_only { ", its texts stay on this computer" } else { "" };
        format!("{}  {}  {} documents, {} passages{here}", self.id, self.name, self.documents, self.passages)
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
    if document.source_missing {
        line.push_str("\n          Its source file was deleted; the document stays until you erase it");
    }
    for problem in &document.problems {
        line.push_str(&format!("\n          {}", problem.message));
    }
    line
}

impl Show for DocumentView {
    fn lines(&self) -> String {
        document_lines(self)
    }
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
            "{}{} added ({} in part), {} unchanged, {} not readable, {} skipped, {} passages, {:.1} s",
            if self.cancelled { "stopped; " } else { "" },
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
        let line = |document: &DocumentView| {
            let mut line = document_lines(document);
            // Two of the same name are told apart by where they come from.
            if self.documents.iter().filter(|other| other.name == document.name).count() > 1 {
                let source = document.source.as_deref().unwrap_or("added without a path");
                line.push_str(&format!("\n          {} {source}", document.id));
            }
            line
        };
        self.documents.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

impl Show for DocumentDetailView {
    fn lines(&self) -> String {
        format!("{}\n\n{}", document_lines(&self.document), self.text)
    }
}

/// Characters of a hit that are shown.
const EXCERPT_CHARACTERS: usize = 240;

/// The part of a hit with its first marked word, on one line; marked words stand between `«` and `»`.
fn excerpt(hit: &HitView, most: usize) -> String {
    let text: Vec<char> = hit.text.chars().collect();
    let first = hit.marks.first().map_or(0, |mark| mark.start as usize);
    // A third of the room goes to what leads to the word.
    let begin = if first + 1 < most { 0 } else { first - most / 3 };
    let end = (begin + most).min(text.len());
    let mut shown = String::from(if begin > 0 { "…" } else { "" });
    let mut at = begin;
    for mark in &hit.marks {
        let (start, stop) = (mark.start as usize, mark.end as usize);
        if start < at || stop > end {
            continue;
        }
        shown.extend(&text[at..start]);
        shown.push('«');
        shown.extend(&text[start..stop]);
        shown.push('»');
        at = stop;
    }
    shown.extend(&text[at.min(end)..end]);
    if end < text.len() {
        shown.push('…');
    }
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Show for LibrarySearchView {
    fn lines(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        match self.strength {
            StrengthView::None => lines.push(format!("Nothing in the library answers `{}`", self.query)),
            StrengthView::Weak => lines.push(format!("The library says little about `{}`", self.query)),
            StrengthView::Strong => {}
        }
        for hit in &self.hits {
            let headings = hit.heading_path.join(" › ");
            lines.push(format!("{:.2}  {} p. {}  {headings}", hit.relevance, hit.document_name, hit.page));
            lines.push(format!("      {}", excerpt(hit, EXCERPT_CHARACTERS)));
            lines.push(format!("      {}", hit.why));
        }
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
        if let Some(version) = self.kit_version {
            lines.push(format!("Written with version {version} of the brand kit"));
        }
        lines.join("\n")
    }
}

/// Models that write and models that embed.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    pub(crate) models: Vec<ModelView>,
    pub(crate) note: Option<String>,
    pub(crate) embedders: Vec<EmbedderView>,
}

/// An embedder or a provider that was removed.
#[derive(Debug, Serialize)]
pub(crate) struct Removed {
    pub(crate) removed: String,
}

impl Show for Removed {
    fn lines(&self) -> String {
        format!("`{}` is gone", self.removed)
    }
}

impl Show for EmbedderView {
    fn lines(&self) -> String {
        let state = match (self.installed, self.chosen) {
            (true, true) => "in use",
            (true, false) => "installed",
            (false, _) => "missing",
        };
        let languages = match self.languages {
            EmbedderLanguagesView::En => "English",
            EmbedderLanguagesView::Many => "many languages",
            EmbedderLanguagesView::Unknown => "languages unknown",
        };
        let facts = format!("{languages}, {} numbers, {} tokens", self.dimensions, self.max_tokens);
        let mut lines = vec![format!("{:<40} {state:<10} embeds    {facts}", self.id)];
        if let (false, Some(from)) = (self.installed, &self.published_as) {
            lines.push(format!("  bring the ONNX files of {from} with `quillhouse models import FOLDER`"));
        }
        for assumed in &self.assumed {
            lines.push(format!(
                "  assumed: {}",
                match assumed {
                    AssumedView::MeanPooling => "the mean of a text's tokens is taken (else `--pooling cls`)",
                    AssumedView::NoPrefix =>
                        "nothing is put before queries and passages (else `--query-prefix`, `--passage-prefix`)",
                    AssumedView::Languages => "nothing about the languages it knows",
                }
            ));
        }
        lines.extend(self.problem.as_ref().map(|problem| format!("  {problem}")));
        lines.join("\n")
    }
}

impl Show for EmbedderListView {
    fn lines(&self) -> String {
        let lines = self.brands.iter().map(|brand| {
            let embedder = brand.embedder.as_deref().unwrap_or("no vectors yet");
            let problem = brand.problem.as_ref().map(|problem| format!("\n  {problem}")).unwrap_or_default();
            format!("{:<28} {embedder}{problem}", brand.name)
        });
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() { "It is used for the brands to come".to_owned() } else { lines.join("\n") }
    }
}

impl Show for Listed {
    fn lines(&self) -> String {
        let mut lines: Vec<String> = self
            .models
            .iter()
            .map(|model| {
                let state = match (model.installed, model.can) {
                    (true, _) => "installed",
                    (false, Some(ModelCanView::Fetch)) => "to fetch",
                    (false, _) => "missing",
                };
                let way = model.way.map(|way| word(&way)).unwrap_or_default();
                let note = model.note.as_deref().unwrap_or(&model.name);
                let fit = model.fit.as_ref().map(|fit| format!("  {}", fit.told)).unwrap_or_default();
                format!("{:<28} {state:<10} {way:<9} {note}{fit}", model.id)
            })
            .collect();
        lines.extend(self.embedders.iter().map(Show::lines));
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
