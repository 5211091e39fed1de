//! What of the kit a run is held to.

use quillhouse_domain::{BrandKit, KitAuthor, KitKind, KitPlace, KitReason, KitState, Language};
use quillhouse_store::BrandStore;

use super::{age::Ages, shelf::Shelf};
use crate::{CommandError, Studio};

/// Words of tone a run is told.
const MOST_TONES: usize = 8;
/// Rules a run is held to; a kit has about a hundred.
const MOST_RULES: usize = 400;

/// What of the kit a run in this language is held to. Hidden rules and entries whose document changed are left out.
pub(crate) async fn for_run(studio: &Studio, store: &BrandStore, language: Language) -> Result<BrandKit, CommandError> {
    let ages = Ages::read(studio).await?;
    Ok(store
        .read(move |brand| {
            let kit = brand.kit().get()?;
            let entries = brand.kit().entries()?;
            let shelf = Shelf::read(*brand, ages)?;
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
                    (KitKind::Term | KitKind::Tone, KitState::Hidden) => {}
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
                    (KitKind::Fact | KitKind::Claim, _)
                        if matches!(shelf.reason(entry), Some(KitReason::Aged | KitReason::Expired)) =>
                    {
                        held.aged.extend(places());
                    }
                    (KitKind::Tone, _) if held.tone.len() < MOST_TONES => {
                        let stale = shelf.reason(entry).is_some() && entry.edited_by == KitAuthor::Quillhouse;
                        held.tone.extend((!stale || entry.pinned).then(|| entry.text.clone()));
                    }
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
