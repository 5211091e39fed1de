//! Entries as the user wants them: written, worded anew, approved, pinned, hidden, removed.

use quillhouse_domain::{KitAuthor, KitChange, KitEntryId, KitKind, KitState, TermRule};
use quillhouse_knowledge::kit::fingerprint_of;
use quillhouse_store::{KitChangeRow, KitEntryRow, StoreError};

use super::{age::Ages, shelf::Shelf};
use crate::{
    CommandError, ErrorReason, Studio,
    views::{
        app::DoneView,
        kit::{KitEntryParams, KitEntrySaveParams, KitEntrySavedView},
    },
};

/// Longest statement and longest word, in characters.
const TEXT_CHARACTERS: usize = 600;
const WORD_CHARACTERS: usize = 80;
/// Most words on one side of a rule.
const MOST_WORDS: usize = 24;
pub(super) fn entry_id(text: &str) -> Result<KitEntryId, CommandError> {
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
        ))
        .because(ErrorReason::KitEntryLength { length: length as u32, limit: limit as u32 }));
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
        return Err(CommandError::invalid_input(format!("At most {MOST_WORDS} words fit on one side of a rule"))
            .because(ErrorReason::KitRuleWords { limit: MOST_WORDS as u32 }));
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
        return Err(CommandError::invalid_input("A rule needs a word to say or a word not to say")
            .because(ErrorReason::KitRuleEmpty));
    }
    Ok(rule)
}

pub(crate) async fn entry_save(studio: &Studio, params: KitEntrySaveParams) -> Result<KitEntrySavedView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let ages = Ages::read(studio).await?;
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
        )
        .because(ErrorReason::KitKindChanges));
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
        return Err(CommandError::invalid_input("An entry needs a statement").because(ErrorReason::KitEntryEmpty));
    }
    let (now, new_id) = (studio.host().now(), KitEntryId::from_uuid(studio.host().new_id()));
    let wish = Wish { id, new_id, kind: params.kind, text, term, state: params.state, pinned: params.pinned, now };
    let id = store.write(move |brand| wish.carry_out(brand)).await?;
    Ok(store
        .read(move |brand| {
            let (entry, shelf) = (brand.kit().entry(id)?, Shelf::read(*brand, ages)?);
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
        let mut row = match former.clone() {
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
                as_of: None,
                valid_until: None,
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
            // Who words it anew has looked at it.
            (row.as_of, row.valid_until) = (None, None);
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
        let change = if former.is_some() { KitChange::Changed } else { KitChange::Added };
        let change = KitChangeRow { entry_id: row.id, change, kind: row.kind, before: former };
        brand.kit().put_edit(&self.now, change)?;
        Ok(row.id)
    }
}

pub(crate) async fn entry_remove(studio: &Studio, params: KitEntryParams) -> Result<DoneView, CommandError> {
    let (_, store) = studio.brand(&params.brand).await?;
    let (id, now) = (entry_id(&params.id)?, studio.host().now());
    store
        .write(move |brand| {
            let before = brand.kit().entry(id)?;
            brand.kit().remove_entry(id, true)?;
            let kind = before.kind;
            let change = KitChangeRow { entry_id: id, change: KitChange::Removed, kind, before: Some(before) };
            brand.kit().put_edit(&now, change)
        })
        .await?;
    Ok(DoneView {})
}
