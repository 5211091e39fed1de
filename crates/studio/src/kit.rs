//! The brand kit: built from the documents, shown, edited, with its history; and what of it a run is held to.

mod age;
mod edit;
mod held;
mod history;
mod reword;
mod shelf;

use std::{collections::HashMap, sync::Arc};

pub(crate) use edit::{entry_remove, entry_save};
pub(crate) use held::for_run;
pub(crate) use history::{entry_history, history};
use quillhouse_domain::{DocumentId, KitKind, KitState, VoiceProfile};
use quillhouse_knowledge::kit::{KitBuilder, KitProgress, extractor};
use quillhouse_llm::CancelToken;
use quillhouse_quality::brand::{band, scale, summary};
use quillhouse_store::BrandStore;
pub(crate) use reword::reword;

use self::{age::Ages, shelf::Shelf};
use crate::{
    CommandError, Studio,
    rpc::Events,
    views::{
        brand::BrandParams,
        kit::{BrandKitView, KitBuildEventView, KitEntryView, KitShowParams, VoiceMeasureView},
    },
};

pub(crate) async fn build(
    studio: &Studio,
    params: BrandParams,
    events: Events<KitBuildEventView>,
) -> Result<BrandKitView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let (clock, ids) = (Arc::clone(studio.host()), Arc::clone(studio.host()));
    // The embedder's process starts only when words do not tell enough.
    let (embedder, _) = studio.embedder_if_usable().await;
    let builder = KitBuilder {
        store: Arc::clone(&store),
        brand: brand.name.clone(),
        embedder,
        clock: Arc::new(move || clock.now()),
        ids: Arc::new(move || ids.new_id()),
    };
    let told = |progress: KitProgress| {
        events.send(&KitBuildEventView { done: progress.done, total: progress.total, entries: progress.entries });
    };
    // A viewer that goes away drops this future, and the build with it.
    builder.build(told, &CancelToken::new()).await?;
    view(studio, &store, None).await
}

pub(crate) async fn show(studio: &Studio, params: KitShowParams) -> Result<BrandKitView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    view(studio, &store, params.version).await
}

/// The kit as it is, or as it was.
async fn view(studio: &Studio, store: &BrandStore, version: Option<u32>) -> Result<BrandKitView, CommandError> {
    let ages = Ages::read(studio).await?;
    let (current, oldest) = store.read(|brand| Ok((brand.kit().get()?.version, brand.kit().oldest_version()?))).await?;
    if let Some(version) = version.filter(|version| *version != current) {
        if current == 0 {
            return Err(CommandError::invalid_input(
                "There is no kit yet. Build it first, then its versions can be shown",
            ));
        }
        // The version before the oldest that is recorded is known as well: it is where going back ends.
        let first = oldest.map_or(current, |oldest| oldest.saturating_sub(1)).max(1);
        if !(first..current).contains(&version) {
            return Err(CommandError::invalid_input(format!(
                "There is no version {version} of this kit to show; it has the versions {first} to {current}"
            )));
        }
    }
    Ok(store
        .read(move |brand| {
            let mut kit = brand.kit().get()?;
            let mut entries = brand.kit().entries()?;
            if let Some(wanted) = version {
                let newer = brand.kit().versions_after(wanted)?;
                (entries, kit.voice) = history::before(entries, kit.voice, &newer);
                let of_it = brand.kit().versions_after(wanted.saturating_sub(1))?.pop();
                kit.built_at = of_it.filter(|record| record.number == wanted).and_then(|record| record.at);
                kit.version = wanted;
            }
            let read: HashMap<DocumentId, (String, u32)> =
                brand.kit().extract_versions()?.into_iter().map(|(id, hash, version)| (id, (hash, version))).collect();
            let shelf = Shelf::read(*brand, ages)?;
            let rules = extractor();
            let searchable: Vec<DocumentId> = brand
                .documents()
                .list()?
                .into_iter()
                .filter(|row| row.state.is_searchable())
                .map(|row| row.id)
                .collect();
            let is_read = |id: &DocumentId| {
                read.get(id)
                    .is_some_and(|(hash, version)| *version == rules && shelf.content_hash(*id) == Some(hash.as_str()))
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
                tone: of(&[KitKind::Tone]),
                manner: voice.map(|voice| voice.manner.clone()).unwrap_or_default(),
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
                band: band(measure.kind, measure.value),
            }
        })
        .collect()
}
