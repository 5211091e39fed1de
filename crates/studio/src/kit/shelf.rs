//! Entries of the kit as they are shown: with their document's name, whether they still hold, and who cites them.

use std::collections::HashMap;

use quillhouse_domain::{DocumentId, KitEntryId, KitPlace, KitReason};
use quillhouse_store::{BrandReader, KitEntryRow, KitRewordingRow, KitSourceRow, StoreError};

use super::{age::Ages, reword::said};
use crate::views::{
    kit::{KitCitationView, KitEntryView, KitTermView},
    piece::CitationView,
};

/// A document as entries name it.
struct Named {
    name: String,
    content_hash: String,
}

pub(super) struct Shelf {
    documents: HashMap<DocumentId, Named>,
    ages: Ages,
    suggestions: HashMap<KitEntryId, KitRewordingRow>,
    /// Citations of the newest revision of each piece.
    cited: Vec<Vec<KitPlace>>,
}

impl Shelf {
    pub(super) fn read(brand: BrandReader<'_>, ages: Ages) -> Result<Self, StoreError> {
        let documents = brand
            .documents()
            .list()?
            .into_iter()
            .map(|row| (row.id, Named { name: row.name, content_hash: row.content_hash }))
            .collect();
        let mut cited = Vec::new();
        for piece in brand.pieces().list()? {
            let Some(revision) = brand.revisions().latest(piece.id)? else { continue };
            let citations: Vec<CitationView> = serde_json::from_str(&revision.citations_json).unwrap_or_default();
            cited.push(
                citations
                    .into_iter()
                    .map(|citation| KitPlace { document: citation.document, start: citation.start, end: citation.end })
                    .collect(),
            );
        }
        Ok(Self { documents, ages, suggestions: brand.kit().rewordings()?, cited })
    }

    pub(super) fn is_current(&self, source: &KitSourceRow) -> bool {
        self.documents.get(&source.document_id).is_some_and(|document| document.content_hash == source.content_hash)
    }

    fn citation(&self, entry: &KitEntryRow) -> Option<KitCitationView> {
        // A place that still holds is better than one that does not.
        let source = entry.sources.iter().find(|source| self.is_current(source)).or(entry.sources.first())?;
        Some(KitCitationView {
            document: source.document_id,
            document_name: self.documents.get(&source.document_id)?.name.clone(),
            page: source.page,
            start: source.start,
            end: source.end,
            quote: source.quote.clone(),
        })
    }

    /// Why the entry needs a look.
    pub(super) fn reason(&self, entry: &KitEntryRow) -> Option<KitReason> {
        let changed = !entry.sources.is_empty() && !entry.sources.iter().any(|source| self.is_current(source));
        entry.reason.or(changed.then_some(KitReason::DocumentChanged)).or_else(|| self.ages.reason(entry))
    }

    /// The document's bytes as they are now.
    pub(super) fn content_hash(&self, document: DocumentId) -> Option<&str> {
        self.documents.get(&document).map(|document| document.content_hash.as_str())
    }

    fn uses(&self, entry: &KitEntryRow) -> u32 {
        let touches = |place: &KitPlace| {
            entry.sources.iter().any(|source| place.touches(source.document_id, source.start, source.end))
        };
        self.cited.iter().filter(|piece| piece.iter().any(touches)).count() as u32
    }

    /// A suggestion that is for what the entry says now.
    fn suggestion(&self, entry: &KitEntryRow) -> Option<String> {
        let row = self.suggestions.get(&entry.id)?;
        let stands = !row.text.is_empty() && row.text != entry.text && row.said == said(&entry.text);
        stands.then(|| row.text.clone())
    }

    pub(super) fn entry_view(&self, entry: &KitEntryRow) -> KitEntryView {
        let reason = self.reason(entry);
        KitEntryView {
            id: entry.id,
            kind: entry.kind,
            text: entry.text.clone(),
            citation: self.citation(entry),
            state: entry.state,
            pinned: entry.pinned,
            out_of_date: reason.is_some(),
            reason,
            edited_by: entry.edited_by,
            changed_at: entry.changed_at.clone(),
            as_of: entry.as_of.clone(),
            valid_until: entry.valid_until.clone(),
            uses: self.uses(entry),
            suggestion: self.suggestion(entry),
        }
    }

    pub(super) fn term_view(&self, entry: &KitEntryRow) -> KitTermView {
        let rule = entry.term.clone().unwrap_or_default();
        let reason = self.reason(entry);
        KitTermView {
            id: entry.id,
            say: rule.say.join(", "),
            not: rule.not,
            because: rule.because,
            citation: self.citation(entry),
            count: entry.count,
            state: entry.state,
            pinned: entry.pinned,
            out_of_date: reason.is_some(),
            reason,
            edited_by: entry.edited_by,
            changed_at: entry.changed_at.clone(),
        }
    }
}
