//! Which facts are possibly out of date: those that say how things stood too long ago, and those whose time is over.
//!
//! Invariant: what the user approved, pinned or worded is not doubted by its date.

use quillhouse_domain::{KitAuthor, KitReason, KitState};
use quillhouse_store::KitEntryRow;

use crate::{CommandError, Studio};

/// Name of the setting, in months; 0 turns it off.
const SETTING: &str = "kit_fact_months";
/// Two years: a yearly figure is out of date when the one after the next is known.
const MONTHS: u32 = 24;
/// Longest age that can be set; a hundred years.
const MOST_MONTHS: u32 = 1_200;

/// Today, and the day before which a fact is old. Days as `YYYY-MM-DD`, which compare as text.
#[derive(Debug, Clone, Default)]
pub(super) struct Ages {
    today: String,
    /// Empty when age does not matter.
    oldest: String,
}

impl Ages {
    /// By the clock and the setting.
    pub(super) async fn read(studio: &Studio) -> Result<Self, CommandError> {
        let json = studio.data().app().read(|app| app.settings().get(SETTING)).await?;
        let months = json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or(MONTHS);
        Ok(Self::at(&studio.host().now(), months))
    }

    fn at(now: &str, months: u32) -> Self {
        let today: String = now.chars().take(10).collect();
        let oldest = if months == 0 { String::new() } else { before(&today, months.min(MOST_MONTHS)) };
        Self { today, oldest }
    }

    /// Why the entry is possibly out of date.
    pub(super) fn reason(&self, entry: &KitEntryRow) -> Option<KitReason> {
        let vouched = entry.edited_by == KitAuthor::You || entry.pinned || entry.state == KitState::Approved;
        if vouched || self.today.is_empty() {
            return None;
        }
        if entry.valid_until.as_ref().is_some_and(|day| *day < self.today) {
            return Some(KitReason::Expired);
        }
        entry.as_of.as_ref().is_some_and(|day| *day < self.oldest).then_some(KitReason::Aged)
    }
}

/// The day so many months before; empty for what is no day.
fn before(day: &str, months: u32) -> String {
    let mut parts = day.split('-').map(str::parse::<u32>);
    let (Some(Ok(year)), Some(Ok(month)), Some(Ok(date))) = (parts.next(), parts.next(), parts.next()) else {
        return String::new();
    };
    let all = (year * 12 + month.saturating_sub(1)).saturating_sub(months);
    format!("{:04}-{:02}-{date:02}", all / 12, all % 12 + 1)
}

#[cfg(test)]
mod tests {
    use quillhouse_domain::KitKind;

    use super::*;

    fn entry(as_of: &str, valid_until: &str) -> KitEntryRow {
        let day = |day: &str| (!day.is_empty()).then(|| day.to_owned());
        KitEntryRow {
            id: "018f0000-0000-7000-8000-000000000001".parse().unwrap(),
            kind: KitKind::Fact,
            fingerprint: String::new(),
            text: String::new(),
            term: None,
            state: KitState::Found,
            pinned: false,
            reason: None,
            rank: 1.0,
            count: 1,
            edited_by: KitAuthor::Quillhouse,
            changed_at: String::new(),
            as_of: day(as_of),
            valid_until: day(valid_until),
            sources: Vec::new(),
        }
    }

    #[test]
    fn old_and_ended_facts_are_doubted_unless_somebody_vouches_for_them() {
        let ages = Ages::at("2026-11-21T10:00:00Z", 24);
        for (as_of, valid_until, wanted) in [
            ("2024-11-20", "", Some(KitReason::Aged)),
            ("2024-11-21", "", None),
            ("", "2026-11-20", Some(KitReason::Expired)),
            ("", "2026-11-21", None),
            ("2020-01-01", "2030-01-01", Some(KitReason::Aged)),
            ("", "", None),
        ] {
            assert_eq!(ages.reason(&entry(as_of, valid_until)), wanted, "as of `{as_of}`, until `{valid_until}`");
        }
        let vouched = KitEntryRow { state: KitState::Approved, ..entry("2020-01-01", "2020-02-01") };
        assert_eq!(ages.reason(&vouched), None);
        assert_eq!(Ages::at("2026-11-21T10:00:00Z", 0).reason(&entry("1990-01-01", "")), None, "0 turns it off");
        assert_eq!(before("2024-03-05", 3), "2023-12-05");
    }
}
