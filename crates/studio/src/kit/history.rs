//! What changed in the kit, and the kit as it was.

use std::collections::BTreeMap;

use quillhouse_domain::{KitChange, KitEntryId, VoiceProfile};
use quillhouse_store::{KitEntryRow, KitVersionRecord};

use super::edit::entry_id;
use crate::{
    CommandError, Studio,
    views::kit::{
        KitChangeView, KitEntryParams, KitHistoryParams, KitHistoryView, KitLogVersionView, KitLogView, KitVersionView,
    },
};

/// Versions that are told at once, and entries of one version.
const VERSIONS: usize = 100;
const CHANGES: usize = 200;

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

/// Entries by id, as they were at some version.
type Entries = BTreeMap<KitEntryId, KitEntryRow>;

fn go_back(entries: &mut Entries, version: &KitVersionRecord) {
    for change in &version.changes {
        match (&change.before, change.change) {
            (Some(before), KitChange::Changed | KitChange::Removed) => {
                entries.insert(change.entry_id, before.clone());
            }
            // What was erased with its document does not come back.
            (_, KitChange::Added) | (None, _) => {
                entries.remove(&change.entry_id);
            }
        }
    }
}

/// The entries and the voice before these versions, the newest of which comes first.
pub(super) fn before(
    entries: Vec<KitEntryRow>,
    voice: Vec<VoiceProfile>,
    newer: &[KitVersionRecord],
) -> (Vec<KitEntryRow>, Vec<VoiceProfile>) {
    let mut voice = voice;
    let mut known: Entries = entries.into_iter().map(|entry| (entry.id, entry)).collect();
    for version in newer {
        go_back(&mut known, version);
        if let Some(before) = &version.voice_before {
            voice.clone_from(before);
        }
    }
    let mut entries: Vec<KitEntryRow> = known.into_values().collect();
    entries.sort_by(|left, right| {
        right.pinned.cmp(&left.pinned).then(right.rank.total_cmp(&left.rank)).then(left.id.cmp(&right.id))
    });
    (entries, voice)
}

/// An entry in one line.
fn line(entry: &KitEntryRow) -> String {
    let Some(rule) = &entry.term else { return entry.text.clone() };
    let (say, not) = (rule.say.join(", "), rule.not.join(", "));
    match (say.is_empty(), not.is_empty()) {
        (false, false) => format!("{say}, not {not}"),
        (true, _) => format!("not {not}"),
        _ => say,
    }
}

pub(crate) async fn history(studio: &Studio, params: KitHistoryParams) -> Result<KitLogView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let (entries, versions) = store.read(|brand| Ok((brand.kit().entries()?, brand.kit().versions_after(0)?))).await?;
    let mut known: Entries = entries.into_iter().map(|entry| (entry.id, entry)).collect();
    let most = params.limit.map_or(VERSIONS, |limit| limit as usize).min(VERSIONS);
    let mut told = Vec::new();
    for version in versions.iter().take(most) {
        let count = |wanted| version.changes.iter().filter(|change| change.change == wanted).count() as u32;
        let mut changes: Vec<KitChangeView> = version
            .changes
            .iter()
            .map(|change| {
                let now =
                    (change.change != KitChange::Removed).then(|| known.get(&change.entry_id).map(line)).flatten();
                let before = change.before.as_ref().map(line).filter(|before| Some(before) != now.as_ref());
                KitChangeView { entry: change.entry_id, change: change.change, kind: change.kind, text: now, before }
            })
            .collect();
        changes.sort_by_key(|change| (change.change, change.kind));
        changes.truncate(CHANGES);
        told.push(KitLogVersionView {
            version: version.number,
            at: version.at.clone(),
            cause: version.cause,
            added: count(KitChange::Added),
            changed: count(KitChange::Changed),
            removed: count(KitChange::Removed),
            voice: version.voice_before.is_some(),
            changes,
        });
        go_back(&mut known, version);
    }
    Ok(KitLogView { versions: told })
}
