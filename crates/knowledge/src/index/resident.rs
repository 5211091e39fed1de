//! Whether the vectors of an index are in memory, and the searcher when they are.
//!
//! Invariants
//! - A searcher that is here holds what the table holds: whoever writes the table writes here as well, under the same lock.
//! - It takes at most [`RESIDENT_LIMIT_BYTES`]; a larger index is searched on disk.
//! - What is broken, replaced or discarded is no longer in memory.

use std::{
    collections::BTreeSet,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use quillhouse_domain::{DocumentId, PassageId};

use super::{
    DocumentFilter, IndexRow,
    searcher::{Searcher, bytes_for},
};

/// Most memory for vectors: 190,000 passages of 384 dimensions. An application that writes on a laptop with 8 GB has
/// better uses for more.
pub const RESIDENT_LIMIT_BYTES: usize = 128 << 20;

enum State {
    /// Nobody has searched yet.
    OnDisk,
    Here(Box<Searcher>),
    /// It would take more than is allowed.
    TooLarge,
}

pub(super) struct Resident {
    dimensions: usize,
    limit_bytes: usize,
    state: RwLock<State>,
}

impl Resident {
    pub(super) const fn new(dimensions: usize, limit_bytes: usize) -> Self {
        Self { dimensions, limit_bytes, state: RwLock::new(State::OnDisk) }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// True when it is worth while to load: it is not here and has not been found too large.
    pub(super) fn is_wanted(&self) -> bool {
        matches!(*self.read(), State::OnDisk)
    }

    /// True when so many rows may be loaded; otherwise it is not wanted any more.
    pub(super) fn has_room_for(&self, rows: usize) -> bool {
        let fits = bytes_for(rows, self.dimensions) <= self.limit_bytes;
        if !fits {
            *self.write() = State::TooLarge;
        }
        fits
    }

    pub(super) fn put(&self, searcher: Searcher) {
        *self.write() = State::Here(Box::new(searcher));
    }

    /// Forgets everything; what is there next is loaded again.
    pub(super) fn clear(&self) {
        *self.write() = State::OnDisk;
    }

    pub(super) fn remove(&self, passages: &BTreeSet<PassageId>, documents: &BTreeSet<DocumentId>) {
        if let State::Here(searcher) = &mut *self.write() {
            searcher.remove(passages, documents);
        }
    }

    pub(super) fn upsert(&self, rows: &[IndexRow]) {
        let mut state = self.write();
        if let State::Here(searcher) = &mut *state {
            for row in rows {
                searcher.upsert(row);
            }
            if bytes_for(searcher.len(), self.dimensions) > self.limit_bytes {
                *state = State::TooLarge;
            }
        }
    }

    /// The nearest passages; `None` when the vectors are not in memory.
    pub(super) fn search(
        &self,
        vector: &[f32],
        limit: usize,
        filter: &DocumentFilter,
    ) -> Option<Vec<(PassageId, f32)>> {
        match &*self.read() {
            State::Here(searcher) => Some(searcher.search(vector, limit, filter)),
            State::OnDisk | State::TooLarge => None,
        }
    }

    /// Rows in memory.
    pub(super) fn len(&self) -> Option<usize> {
        match &*self.read() {
            State::Here(searcher) => Some(searcher.len()),
            State::OnDisk | State::TooLarge => None,
        }
    }
}
