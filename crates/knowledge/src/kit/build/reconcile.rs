//! What the documents give against what is stored: the user's word stays, what nobody says any more goes or is marked, and
//! what changed is one version of the kit.

use std::collections::{BTreeSet, HashMap, HashSet};

use quillhouse_domain::{DocumentId, KitAuthor, KitCause, KitChange, KitEntryId, KitKind, KitReason, KitState};
use quillhouse_store::{BrandWriter, KitChangeRow, KitEntryRow, KitRow, KitSourceRow, StoreError};

use super::super::merge::{Candidate, Kit, fingerprint_of};
use crate::ingest::Ids;

/// Brings the stored entries up to what the documents give.
pub(super) fn reconcile(brand: &mut BrandWriter<'_>, kit: Kit, now: &str, ids: &Ids) -> Result<KitRow, StoreError> {
    let documents: HashMap<DocumentId, String> = brand
        .documents()
        .list()?
        .into_iter()
        .filter(|document| document.state.is_searchable())
        .map(|document| (document.id, document.content_hash))
        .collect();
    let removed = brand.kit().removed()?;
    let mut stored: HashMap<(KitKind, String), KitEntryRow> =
        brand.kit().entries()?.into_iter().map(|entry| ((entry.kind, entry.fingerprint.clone()), entry)).collect();
    let mut changes: Vec<KitChangeRow> = Vec::new();
    let mut seen: HashSet<(KitKind, String)> = HashSet::new();
    for mut candidate in kit.entries {
        // A document that was erased or changed since it was read says nothing any more.
        candidate.places.retain(|place| documents.get(&place.document) == Some(&place.content_hash));
        let keys = keys_of(&candidate);
        if candidate.places.is_empty()
            || keys.iter().any(|key| removed.contains(key))
            || keys.first().is_none_or(|key| !seen.insert(key.clone()))
        {
            continue;
        }
        let former = keys.iter().find_map(|key| stored.remove(key));
        let row = entry_of(candidate, former.as_ref(), now, ids);
        if former.as_ref() != Some(&row) {
            brand.kit().put_entry(&row)?;
        }
        match former {
            None => changes.push(KitChangeRow { before: None, ..change(KitChange::Added, row) }),
            Some(former) if !reads_the_same(&former, &row) => {
                changes.push(change(KitChange::Changed, former));
            }
            Some(_) => {}
        }
    }
    for (_, entry) in stored {
        let written = entry.edited_by == KitAuthor::You;
        let chosen = entry.pinned || matches!(entry.state, KitState::Approved | KitState::Hidden | KitState::Edited);
        if !written && !chosen {
            brand.kit().remove_entry(entry.id, false)?;
            changes.push(change(KitChange::Removed, entry));
        } else if !entry.sources.is_empty()
            && entry.reason != Some(KitReason::NoLongerSaid)
            && entry.state != KitState::Hidden
        {
            brand.kit().put_entry(&KitEntryRow { reason: Some(KitReason::NoLongerSaid), ..entry.clone() })?;
            changes.push(change(KitChange::Changed, entry));
        }
    }
    let former = brand.kit().get()?;
    let is_news = !changes.is_empty() || former.voice != kit.voice || former.built_at.is_none();
    let row = KitRow { version: former.version, built_at: Some(now.to_owned()), voice: kit.voice };
    if is_news {
        return brand.kit().put_version(row, KitCause::Build, now, &changes);
    }
    brand.kit().put(&row)?;
    Ok(row)
}

/// By what a candidate may be stored: its own wording first, then those of its other places, which may have led before.
fn keys_of(candidate: &Candidate) -> Vec<(KitKind, String)> {
    let mut keys = vec![(candidate.kind, candidate.fingerprint.clone())];
    if matches!(candidate.kind, KitKind::Fact | KitKind::Claim) {
        for place in &candidate.places {
            let key = (candidate.kind, fingerprint_of(candidate.kind, &place.text, None));
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    keys
}

/// What happened to an entry that was like this before.
fn change(change: KitChange, before: KitEntryRow) -> KitChangeRow {
    KitChangeRow { entry_id: before.id, change, kind: before.kind, before: Some(before) }
}

/// True when a reader sees no difference: rank and count move with every document, and so do offsets.
fn reads_the_same(left: &KitEntryRow, right: &KitEntryRow) -> bool {
    let documents =
        |row: &KitEntryRow| row.sources.iter().map(|source| source.document_id).collect::<BTreeSet<DocumentId>>();
    (&left.text, &left.term, left.state, left.pinned, left.reason, left.edited_by)
        == (&right.text, &right.term, right.state, right.pinned, right.reason, right.edited_by)
        && (&left.as_of, &left.valid_until) == (&right.as_of, &right.valid_until)
        && documents(left) == documents(right)
}

/// The row of a candidate; what the user made of its former one stays.
fn entry_of(candidate: Candidate, former: Option<&KitEntryRow>, now: &str, ids: &Ids) -> KitEntryRow {
    let sources = candidate
        .places
        .into_iter()
        .map(|place| KitSourceRow {
            document_id: place.document,
            content_hash: place.content_hash,
            page: place.page,
            start: place.start,
            end: place.end,
            quote: place.quote,
            text: place.text,
            term: place.term,
        })
        .collect();
    let mut row = KitEntryRow {
        id: former.map_or_else(|| KitEntryId::from_uuid(ids()), |former| former.id),
        kind: candidate.kind,
        fingerprint: candidate.fingerprint,
        text: candidate.text,
        term: candidate.term,
        state: KitState::Found,
        pinned: false,
        reason: None,
        rank: candidate.rank,
        count: candidate.count,
        edited_by: KitAuthor::Quillhouse,
        changed_at: now.to_owned(),
        as_of: candidate.date.as_of,
        valid_until: candidate.date.valid_until,
        sources,
    };
    if let Some(former) = former {
        row.state = former.state;
        row.pinned = former.pinned;
        if former.edited_by == KitAuthor::You {
            row.text.clone_from(&former.text);
            row.term.clone_from(&former.term);
            row.edited_by = KitAuthor::You;
            // Who words a fact anew has looked at it.
            (row.as_of, row.valid_until) = (None, None);
        }
        if row.text == former.text && row.term == former.term {
            row.changed_at.clone_from(&former.changed_at);
        }
    }
    row
}
