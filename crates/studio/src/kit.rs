//! The brand kit: built from the documents, shown, edited; and what of it a run is held to.

use std::{collections::HashMap, sync::Arc};

use quillhouse_domain::{
    BrandKit, DocumentId, KitAuthor, KitEntryId, KitKind, KitPlace, KitReason, KitState, Language, TermRule,
    VoiceProfile,
};
use quillhouse_knowledge::kit::{EXTRACTOR, KitBuilder, KitProgress, fingerprint_of};
use quillhouse_llm::CancelToken;
use quillhouse_quality::brand::{scale, summary};
use quillhouse_store::{BrandReader, BrandStore, KitEntryRow, KitSourceRow, StoreError};

use crate::{
    CommandError, Studio,
    rpc::Events,
    views::{
        app::DoneView,
        brand::BrandParams,
        kit::{
            BrandKitView, KitBuildEventView, KitCitationView, KitEntryParams, KitEntrySaveParams, KitEntrySavedView,
            KitEntryView, KitHistoryView, KitTermView, KitVersionView, VoiceMeasureView,
        },
        piece::CitationView,
    },
};

/// Longest statement and longest word, in characters.
const TEXT_CHARACTERS: usize = 600;
const WORD_CHARACTERS: usize = 80;
/// Most words on one side of a rule.
const MOST_WORDS: usize = 24;
/// Rules a run is held to; a kit has about a hundred.
const MOST_RULES: usize = 400;

/// A document as entries name it.
struct Named {
    name: String,
    content_hash: String,
}

struct Shelf {
    documents: HashMap<DocumentId, Named>,
    /// Citations of the newest revision of each piece.
    cited: Vec<Vec<KitPlace>>,
}

impl Shelf {
    fn read(brand: BrandReader<'_>) -> Result<Self, StoreError> {
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
        Ok(Self { documents, cited })
    }

    fn is_current(&self, source: &KitSourceRow) -> bool {
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
    fn reason(&self, entry: &KitEntryRow) -> Option<KitReason> {
        let changed = !entry.sources.is_empty() && !entry.sources.iter().any(|source| self.is_current(source));
        entry.reason.or(changed.then_some(KitReason::DocumentChanged))
    }

    fn uses(&self, entry: &KitEntryRow) -> u32 {
        let touches = |place: &KitPlace| {
            entry.sources.iter().any(|source| place.touches(source.document_id, source.start, source.end))
        };
        self.cited.iter().filter(|piece| piece.iter().any(touches)).count() as u32
    }

    fn entry_view(&self, entry: &KitEntryRow) -> KitEntryView {
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
            uses: self.uses(entry),
        }
    }

    fn term_view(&self, entry: &KitEntryRow) -> KitTermView {
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

pub(crate) async fn build(
    studio: &Studio,
    params: BrandParams,
    events: Events<KitBuildEventView>,
) -> Result<BrandKitView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let (clock, ids) = (Arc::clone(studio.host()), Arc::clone(studio.host()));
    let builder = KitBuilder {
        store: Arc::clone(&store),
        brand: brand.name.clone(),
        clock: Arc::new(move || clock.now()),
        ids: Arc::new(move || ids.new_id()),
    };
    let told = |progress: KitProgress| {
        events.send(&KitBuildEventView { done: progress.done, total: progress.total, entries: progress.entries });
    };
    // A viewer that goes away drops this future, and the build with it.
    builder.build(told, &CancelToken::new()).await?;
    view(&store).await
}

pub(crate) async fn show(studio: &Studio, params: BrandParams) -> Result<BrandKitView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    view(&store).await
}

async fn view(store: &BrandStore) -> Result<BrandKitView, CommandError> {
    Ok(store
        .read(|brand| {
            let kit = brand.kit().get()?;
            let entries = brand.kit().entries()?;
            let read = brand.kit().extract_versions()?;
            let shelf = Shelf::read(*brand)?;
            let searchable: Vec<DocumentId> = brand
                .documents()
                .list()?
                .into_iter()
                .filter(|row| row.state.is_searchable())
                .map(|row| row.id)
                .collect();
            let is_read = |id: &DocumentId| {
                read.iter().any(|(known, hash, extractor)| {
                    known == id
                        && *extractor == EXTRACTOR
                        && shelf.documents.get(id).is_some_and(|row| row.content_hash == *hash)
                })
            };
            let stale = searchable.iter().filter(|id| !is_read(id)).count();
            let of = |kinds: &[KitKind]| -> Vec<KitEntryView> {
                entries
                    .iter()
                    .filter(|entry| kinds.contains(&entry.kind))
                    .map(|entry| shelf.entry_view(entry))
                    .collect()
            };
            let needs_look =
                entries.iter().filter(|entry| entry.state != KitState::Hidden && shelf.reason(entry).is_some()).count();
            let voice = kit.voice.first();
            Ok(BrandKitView {
                version: kit.version,
                built_at: kit.built_at,
                documents: (searchable.len() - stale) as u32,
                stale_documents: stale as u32,
                needs_look: needs_look as u32,
                facts: of(&[KitKind::Fact, KitKind::Claim]),
                terms: entries
                    .iter()
                    .filter(|entry| entry.kind == KitKind::Term)
                    .map(|entry| shelf.term_view(entry))
                    .collect(),
                voice: voice.map(voice_views).unwrap_or_default(),
                voice_documents: voice.map_or(0, |voice| voice.documents),
                products: of(&[KitKind::Product]),
                audiences: of(&[KitKind::Audience]),
            })
        })
        .await?)
}

fn voice_views(profile: &VoiceProfile) -> Vec<VoiceMeasureView> {
    profile
        .measures
        .iter()
        .map(|measure| {
            let scale = scale(measure.kind);
            VoiceMeasureView {
                measure: measure.kind,
                value: measure.value,
                low: measure.low,
                high: measure.high,
                scale_low: scale.start,
                scale_high: scale.end,
                words: summary(measure),
            }
        })
        .collect()
}

fn entry_id(text: &str) -> Result<KitEntryId, CommandError> {
    text.trim().parse().map_err(|_| CommandError::not_found("entry of the brand kit", text))
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn bounded(noun: &str, text: &str, limit: usize) -> Result<(), CommandError> {
    let length = text.chars().count();
    if length > limit {
        return Err(CommandError::invalid_input(format!(
            "The {noun} is {length} characters long; at most {limit} fit"
        )));
    }
    Ok(())
}

fn words(noun: &str, given: impl IntoIterator<Item = String>) -> Result<Vec<String>, CommandError> {
    let mut kept: Vec<String> = Vec::new();
    for word in given {
        let word = folded(&word);
        bounded(noun, &word, WORD_CHARACTERS)?;
        if !word.is_empty() && !kept.contains(&word) {
            kept.push(word);
        }
    }
    if kept.len() > MOST_WORDS {
        return Err(CommandError::invalid_input(format!("At most {MOST_WORDS} words fit on one side of a rule")));
    }
    Ok(kept)
}

/// The rule that is asked for; what is left out stays as it was.
fn wanted_rule(params: &KitEntrySaveParams, former: Option<&TermRule>) -> Result<TermRule, CommandError> {
    let mut rule = former.cloned().unwrap_or_default();
    if let Some(say) = &params.say {
        rule.say = words("word to say", say.split(',').map(str::to_owned))?;
    }
    if let Some(not) = &params.not {
        rule.not = words("word not to say", not.iter().cloned())?;
    }
    let because = folded(&params.text);
    bounded("reason", &because, TEXT_CHARACTERS)?;
    if !because.is_empty() {
        rule.because = because;
    }
    // Who states a rule by hand wants it everywhere.
    if former.is_some_and(|former| former.say != rule.say || former.not != rule.not) {
        rule.conditional = false;
    }
    if rule.say.is_empty() && rule.not.is_empty() {
        return Err(CommandError::invalid_input("A rule needs a word to say or a word not to say"));
    }
    Ok(rule)
}

pub(crate) async fn entry_save(studio: &Studio, params: KitEntrySaveParams) -> Result<KitEntrySavedView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let id = params.id.as_deref().filter(|id| !id.trim().is_empty()).map(entry_id).transpose()?;
    let former = match id {
        Some(id) => Some(store.read(move |brand| brand.kit().entry(id)).await?),
        None => None,
    };
    let text = folded(&params.text);
    bounded("statement", &text, TEXT_CHARACTERS)?;
    let is_term = former.as_ref().map_or(params.kind, |former| former.kind) == KitKind::Term;
    if is_term != (params.kind == KitKind::Term) {
        return Err(CommandError::invalid_input(
            "A word cannot become a fact, nor a fact a word. Remove it and add the other",
        ));
    }
    let term = if is_term {
        Some(wanted_rule(&params, former.as_ref().and_then(|former| former.term.as_ref()))?)
    } else {
        None
    };
    let text = match &term {
        Some(rule) => rule.say.join(", "),
        None if text.is_empty() => former.as_ref().map(|former| former.text.clone()).unwrap_or_default(),
        None => text,
    };
    if !is_term && text.is_empty() {
        return Err(CommandError::invalid_input("An entry needs a statement"));
    }
    let (now, new_id) = (studio.host().now(), KitEntryId::from_uuid(studio.host().new_id()));
    let wish = Wish { id, new_id, kind: params.kind, text, term, state: params.state, pinned: params.pinned, now };
    let id = store.write(move |brand| wish.carry_out(brand)).await?;
    Ok(store
        .read(move |brand| {
            let (entry, shelf) = (brand.kit().entry(id)?, Shelf::read(*brand)?);
            Ok(if entry.kind == KitKind::Term {
                KitEntrySavedView { entry: None, term: Some(shelf.term_view(&entry)) }
            } else {
                KitEntrySavedView { entry: Some(shelf.entry_view(&entry)), term: None }
            })
        })
        .await?)
}

/// A change of one entry.
struct Wish {
    id: Option<KitEntryId>,
    new_id: KitEntryId,
    kind: KitKind,
    text: String,
    term: Option<TermRule>,
    state: Option<KitState>,
    pinned: Option<bool>,
    now: String,
}

impl Wish {
    /// Reads the entry again inside the transaction, so that a build in between is not undone.
    fn carry_out(self, brand: &mut quillhouse_store::BrandWriter<'_>) -> Result<KitEntryId, StoreError> {
        let former = self.id.map(|id| brand.kit().entry(id)).transpose()?;
        let mut row = match former {
            Some(former) => former,
            None => KitEntryRow {
                id: self.new_id,
                kind: self.kind,
                fingerprint: fingerprint_of(self.kind, &self.text, self.term.as_ref()),
                text: String::new(),
                term: None,
                state: KitState::Edited,
                pinned: false,
                reason: None,
                rank: 10.0,
                count: 0,
                edited_by: KitAuthor::You,
                changed_at: self.now.clone(),
                sources: Vec::new(),
            },
        };
        let reworded = row.text != self.text || row.term != self.term;
        if row.kind != self.kind {
            // Facts and claims may change places; everything else was refused before.
            row.fingerprint = fingerprint_of(self.kind, &self.text, None);
            row.kind = self.kind;
        }
        if reworded {
            row.text = self.text;
            row.term = self.term;
            row.edited_by = KitAuthor::You;
            row.state = KitState::Edited;
            row.changed_at.clone_from(&self.now);
        }
        if reworded || self.state == Some(KitState::Approved) {
            // Looked at: what was noted before is settled. A changed document is still told by its bytes.
            row.reason = None;
        }
        match self.state {
            Some(KitState::Found) if row.edited_by == KitAuthor::You => row.state = KitState::Edited,
            Some(state) if !(reworded && state == KitState::Found) => row.state = state,
            _ => {}
        }
        row.pinned = self.pinned.unwrap_or(row.pinned);
        brand.kit().put_entry(&row)?;
        brand.kit().count_edit()?;
        Ok(row.id)
    }
}

pub(crate) async fn entry_remove(studio: &Studio, params: KitEntryParams) -> Result<DoneView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let id = entry_id(&params.id)?;
    store
        .write(move |brand| {
            brand.kit().remove_entry(id, true)?;
            brand.kit().count_edit()
        })
        .await?;
    Ok(DoneView {})
}

pub(crate) async fn entry_history(studio: &Studio, params: KitEntryParams) -> Result<KitHistoryView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let id = entry_id(&params.id)?;
    let versions = store
        .read(move |brand| {
            brand.kit().entry(id)?;
            brand.kit().history(id)
        })
        .await?;
    let versions = versions
        .into_iter()
        .map(|version| KitVersionView { text: version.text, edited_by: version.edited_by, at: version.at })
        .collect();
    Ok(KitHistoryView { versions })
}

/// What of the kit a run in this language is held to. Hidden rules and entries whose document changed are left out.
pub(crate) async fn for_run(store: &BrandStore, language: Language) -> Result<BrandKit, CommandError> {
    Ok(store
        .read(move |brand| {
            let kit = brand.kit().get()?;
            let entries = brand.kit().entries()?;
            let shelf = Shelf::read(*brand)?;
            let mut held = BrandKit { version: kit.version, ..BrandKit::default() };
            for entry in &entries {
                let places = || {
                    entry.sources.iter().filter(|source| shelf.is_current(source)).map(|source| KitPlace {
                        document: source.document_id,
                        start: source.start,
                        end: source.end,
                    })
                };
                match (entry.kind, entry.state) {
                    (KitKind::Term, KitState::Hidden) => {}
                    (KitKind::Term, _) if held.terms.len() < MOST_RULES => {
                        let stale =
                            shelf.reason(entry).is_some() && entry.edited_by == KitAuthor::Quillhouse && !entry.pinned;
                        if let Some(rule) = entry.term.clone().filter(|_| !stale) {
                            held.terms.push(rule);
                        }
                    }
                    (_, KitState::Hidden) => held.hidden.extend(places()),
                    (KitKind::Fact | KitKind::Claim, KitState::Approved | KitState::Edited) => {
                        held.preferred.extend(places());
                    }
                    (KitKind::Fact | KitKind::Claim, _) if entry.pinned => held.preferred.extend(places()),
                    _ => {}
                }
            }
            held.voice = kit
                .voice
                .into_iter()
                .find(|profile| profile.language == language)
                .map(|profile| profile.measures)
                .unwrap_or_default();
            Ok(held)
        })
        .await?)
}
