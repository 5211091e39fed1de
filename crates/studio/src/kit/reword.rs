//! A model's suggestions for plainer wordings, only when the user asks for them.
//!
//! Invariants
//! - A suggestion changes no entry; the user takes it or leaves it. The quote is never touched.
//! - An entry is asked about once for each model and wording; what was answered is kept at once, so that stopping loses
//!   nothing.

use quillhouse_domain::{ErrorCode, KitAuthor, KitKind, KitState, Language, WayOfWorking};
use quillhouse_llm::{CancelToken, ChatRequest, Message};
use quillhouse_quality::text::word_count;
use quillhouse_store::{KitEntryRow, KitRewordingRow};
use quillhouse_workflow::agents::rewording;

use crate::{
    CommandError, Studio, model,
    rpc::Events,
    views::kit::{BrandKitView, KitBuildEventView, KitRewordParams},
};

/// Most entries that are asked about at once: the most telling ones.
const MOST: usize = 80;

/// BLAKE3 of a statement, by which a suggestion is known to be for it.
pub(super) fn said(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

fn may_be_asked(entry: &KitEntryRow) -> bool {
    matches!(entry.kind, KitKind::Fact | KitKind::Claim)
        && entry.edited_by == KitAuthor::Quillhouse
        && entry.state != KitState::Hidden
}

pub(crate) async fn reword(
    studio: &Studio,
    params: KitRewordParams,
    events: Events<KitBuildEventView>,
) -> Result<BrandKitView, CommandError> {
    let (brand, store) = studio.brand(&params.brand).await?;
    let chosen = model::choose(studio, params.model.as_deref()).await?.permitted(&brand)?;
    let prepared = model::prepare(studio, &chosen).await?;
    let Some(chat) = prepared.chat.filter(|_| prepared.way != WayOfWorking::Composed) else {
        return Err(CommandError::new(
            ErrorCode::ModelUnavailable,
            format!(
                "The model `{}` cannot put statements into other words reliably. The kit is as it was; choose another model to ask for wordings",
                chosen.id
            ),
        ));
    };
    let (entries, known, language) = store
        .read(|brand| {
            let language = brand.kit().get()?.voice.first().map_or(Language::En, |voice| voice.language);
            Ok((brand.kit().entries()?, brand.kit().rewordings()?, language))
        })
        .await?;
    let entries: Vec<KitEntryRow> = entries.into_iter().filter(may_be_asked).take(MOST).collect();
    let total = entries.len() as u32;
    let mut found = 0;
    for (done, entry) in entries.iter().enumerate() {
        let Some(prompt) = rewording::prompt(studio.prompts(), &entry.text, language) else { continue };
        let asked = said(&format!("{}\n{}\n{}", entry.text, chosen.fingerprint, prompt.version));
        let text = if let Some(row) = known.get(&entry.id).filter(|row| row.asked == asked) {
            row.text.clone()
        } else {
            let limit = word_count(&entry.text) as u32 * 3 + 30;
            let request = ChatRequest::new(vec![Message::system(prompt.system), Message::user(prompt.user)], limit);
            let reply = {
                let _turn = studio.model_turn().acquire().await.map_err(|error| CommandError::internal(&error))?;
                // A viewer that goes away drops this future, and the call with it.
                chat.chat(request, &mut |_| (), &CancelToken::new()).await?
            };
            let text = rewording::accepted(&entry.text, &reply.text, language).unwrap_or_default();
            let row = KitRewordingRow {
                entry_id: entry.id,
                asked,
                said: said(&entry.text),
                text: text.clone(),
                model: chosen.id.to_string(),
                at: studio.host().now(),
            };
            store.write(move |brand| brand.kit().put_rewording(&row)).await?;
            text
        };
        found += u32::from(!text.is_empty());
        events.send(&KitBuildEventView { done: done as u32 + 1, total, entries: found });
    }
    super::view(studio, &store, None).await
}
