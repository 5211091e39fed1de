//! The vectors of an index in memory: small enough to keep, quick enough to look at every one.
//!
//! Each vector stands here twice. Its *sketch* has one bit a dimension, the sign: the number of bits in which two
//! sketches differ grows with the angle between the vectors (Charikar, STOC 2002), and 100,000 sketches of 384 bits are
//! compared in half a millisecond. Its *code* has one byte a dimension, and half a byte more for what rounding left over.
//! A search compares all sketches, then the codes of the nearest, then the codes with their rest of the very nearest.
//!
//! Invariants
//! - What a search finds depends on the rows and not on the order in which they came.
//! - Passages and documents are there or gone at once; nothing of a removed row is found.
//! - The memory it takes is known beforehand: [`bytes_for`].

use std::{
    cmp::Ordering,
    collections::{BTreeSet, HashMap, HashSet},
};

use quillhouse_domain::{DocumentId, PassageId};

use super::{DocumentFilter, IndexRow};

/// Up to so many rows every code is compared: it takes no longer than what the sketches would save.
const EXACT_ROWS: usize = 4_096;
/// Sketches whose codes are compared, for each hit that is wanted, and at least so many. Measured with 100,000 vectors
/// made from those of MiniLM (`bench retrieval`): 1,500 find 99.1 % of the ten nearest, 3,000 find 99.6 % and need twice
/// the time.
const CODES_PER_HIT: usize = 20;
const FEWEST_CODES: usize = 1_500;
/// Codes that are compared with their rest, for each hit that is wanted, and at least so many. By the code alone 98 % of
/// the ten nearest are found, because the eleventh is seldom a thousandth farther away.
const RESTS_PER_HIT: usize = 2;
const FEWEST_RESTS: usize = 48;
/// Bits in a word of a sketch.
const WORD_BITS: usize = u64::BITS as usize;
/// Greatest number in a code, and in the query's finer form. With 384 dimensions a sum stays within 32 bits; with more
/// than [`WIDE_DIMENSIONS`] the query is made coarser.
const CODE_LIMIT: f32 = 127.0;
/// Parts into which half a byte divides one step of a code.
const REST_PARTS: f32 = 16.0;
const QUERY_LIMIT: f32 = 32_767.0;
const WIDE_DIMENSIONS: usize = 512;

/// Memory for so many rows, in bytes: sketch, code, rest, step, ids, and the table that finds a passage's row. With 384
/// dimensions 67 MB for 100,000.
pub(super) const fn bytes_for(rows: usize, dimensions: usize) -> usize {
    rows * (dimensions.div_ceil(WORD_BITS) * 8 + dimensions + dimensions.div_ceil(2) + 4 + 16 + 4 + 28)
}

/// The rows of an index, ready to be searched.
pub(super) struct Searcher {
    dimensions: usize,
    /// Words of one sketch.
    words: usize,
    sketches: Vec<u64>,
    codes: Vec<i8>,
    /// Two to a byte: the sixteenths of a step by which a number is above its code less half a step.
    rests: Vec<u8>,
    /// What one step of a row's code is worth.
    steps: Vec<f32>,
    passages: Vec<PassageId>,
    /// Places in `documents`.
    owners: Vec<u32>,
    documents: Vec<DocumentId>,
    row_of: HashMap<PassageId, u32>,
    place_of: HashMap<DocumentId, u32>,
}

impl Searcher {
    /// Without rows.
    pub(super) fn new(dimensions: usize) -> Self {
        Self {
            dimensions,
            words: dimensions.div_ceil(WORD_BITS),
            sketches: Vec::new(),
            codes: Vec::new(),
            rests: Vec::new(),
            steps: Vec::new(),
            passages: Vec::new(),
            owners: Vec::new(),
            documents: Vec::new(),
            row_of: HashMap::new(),
            place_of: HashMap::new(),
        }
    }

    /// Room for so many rows without growing.
    pub(super) fn reserve(&mut self, rows: usize) {
        self.sketches.reserve_exact(rows * self.words);
        self.codes.reserve_exact(rows * self.dimensions);
        self.rests.reserve_exact(rows * self.dimensions.div_ceil(2));
        self.steps.reserve_exact(rows);
        self.passages.reserve_exact(rows);
        self.owners.reserve_exact(rows);
        self.row_of.reserve(rows);
    }

    /// Rows there are.
    pub(super) fn len(&self) -> usize {
        self.passages.len()
    }

    /// Adds a row, or replaces that of its passage. A vector of another length is left out.
    pub(super) fn upsert(&mut self, row: &IndexRow) {
        if row.vector.len() != self.dimensions {
            return;
        }
        let place = *self.place_of.entry(row.document).or_insert_with(|| {
            self.documents.push(row.document);
            (self.documents.len() - 1) as u32
        });
        let greatest = row.vector.iter().fold(0.0_f32, |greatest, number| greatest.max(number.abs()));
        let step = if greatest > 0.0 { greatest / CODE_LIMIT } else { 1.0 };
        let code = |number: &f32| (number / step).round().clamp(-CODE_LIMIT, CODE_LIMIT);
        let rest = |number: &f32| {
            let above = number / step - code(number) + 0.5;
            (above * REST_PARTS).floor().clamp(0.0, REST_PARTS - 1.0) as u8
        };
        let sketch = row.vector.chunks(WORD_BITS).map(word_of);
        let codes = row.vector.iter().map(|number| code(number) as i8);
        let rests = row.vector.chunks(2).map(|two| rest(&two[0]) | (two.get(1).map_or(0, rest) << 4));
        if let Some(&at) = self.row_of.get(&row.passage) {
            let at = at as usize;
            put(&mut self.sketches, at, self.words, sketch);
            put(&mut self.codes, at, self.dimensions, codes);
            put(&mut self.rests, at, self.dimensions.div_ceil(2), rests);
            self.steps[at] = step;
            self.owners[at] = place;
            return;
        }
        self.row_of.insert(row.passage, self.passages.len() as u32);
        self.sketches.extend(sketch);
        self.codes.extend(codes);
        self.rests.extend(rests);
        self.steps.push(step);
        self.passages.push(row.passage);
        self.owners.push(place);
    }

    /// Removes passages and whole documents; what is not there is no error.
    pub(super) fn remove(&mut self, passages: &BTreeSet<PassageId>, documents: &BTreeSet<DocumentId>) {
        for passage in passages {
            if let Some(&row) = self.row_of.get(passage) {
                self.remove_row(row as usize);
            }
        }
        let gone: HashSet<u32> = documents.iter().filter_map(|document| self.place_of.get(document).copied()).collect();
        if gone.is_empty() {
            return;
        }
        let mut row = 0;
        while row < self.len() {
            if gone.contains(&self.owners[row]) {
                self.remove_row(row);
            } else {
                row += 1;
            }
        }
    }

    /// The last row takes its place.
    fn remove_row(&mut self, row: usize) {
        let last = self.len() - 1;
        self.row_of.remove(&self.passages[row]);
        if row != last {
            self.row_of.insert(self.passages[last], row as u32);
        }
        take_last(&mut self.sketches, row, self.words);
        take_last(&mut self.codes, row, self.dimensions);
        take_last(&mut self.rests, row, self.dimensions.div_ceil(2));
        self.steps.swap_remove(row);
        self.passages.swap_remove(row);
        self.owners.swap_remove(row);
    }

    /// The passages nearest to a vector of length one, nearest first, with their cosine distance (0 to 2) to about four
    /// places; equal distances by id.
    pub(super) fn search(&self, vector: &[f32], limit: usize, filter: &DocumentFilter) -> Vec<(PassageId, f32)> {
        if limit == 0 || vector.len() != self.dimensions {
            return Vec::new();
        }
        let query = Query::of(vector);
        let wanted = limit.saturating_mul(CODES_PER_HIT).max(FEWEST_CODES);
        let mut near: Vec<(f32, PassageId, u32)> = self
            .candidates(&query.sketch, wanted, self.admitted(filter).as_deref())
            .into_iter()
            .map(|row| (self.distance_by_code(&query, row as usize), self.passages[row as usize], row))
            .collect();
        keep_nearest(&mut near, limit.saturating_mul(RESTS_PER_HIT).max(FEWEST_RESTS));
        for (distance, _, row) in &mut near {
            *distance = self.distance(vector, *row as usize);
        }
        keep_nearest(&mut near, limit);
        near.sort_unstable_by(nearer);
        near.into_iter().map(|(distance, passage, _)| (passage, distance)).collect()
    }

    /// Whether each document may be found; `None` when all may.
    fn admitted(&self, filter: &DocumentFilter) -> Option<Vec<bool>> {
        if filter.include.is_empty() && filter.exclude.is_empty() {
            return None;
        }
        let mut admitted = vec![filter.include.is_empty(); self.documents.len()];
        for (documents, answer) in [(&filter.include, true), (&filter.exclude, false)] {
            for place in documents.iter().filter_map(|document| self.place_of.get(document)) {
                admitted[*place as usize] = answer;
            }
        }
        Some(admitted)
    }

    /// The rows whose codes are to be compared: those with the `wanted` nearest sketches, and all that are as near as the
    /// last of them.
    fn candidates(&self, sketch: &[u64], wanted: usize, admitted: Option<&[bool]>) -> Vec<u32> {
        let may = |row: usize| admitted.is_none_or(|admitted| admitted[self.owners[row] as usize]);
        if self.len() <= EXACT_ROWS.max(wanted) {
            return (0..self.len()).filter(|&row| may(row)).map(|row| row as u32).collect();
        }
        let mut apart = vec![0_u16; self.len()];
        bits_apart(sketch, &self.sketches, &mut apart);
        let mut counts = vec![0_usize; self.words * WORD_BITS + 1];
        if admitted.is_some() {
            for (row, apart) in apart.iter_mut().enumerate() {
                if may(row) {
                    counts[*apart as usize] += 1;
                } else {
                    *apart = u16::MAX;
                }
            }
        } else {
            for &apart in &apart {
                counts[apart as usize] += 1;
            }
        }
        let mut total = 0;
        let farthest = counts
            .iter()
            .position(|&count| {
                total += count;
                total >= wanted
            })
            .unwrap_or(counts.len() - 1) as u16;
        let mut rows = Vec::with_capacity(total);
        for (row, &apart) in apart.iter().enumerate() {
            if apart <= farthest {
                rows.push(row as u32);
            }
        }
        rows
    }

    fn distance_by_code(&self, query: &Query, row: usize) -> f32 {
        let code = &self.codes[row * self.dimensions..(row + 1) * self.dimensions];
        1.0 - product(&query.code, code) as f32 * query.step * self.steps[row]
    }

    fn distance(&self, vector: &[f32], row: usize) -> f32 {
        let code = &self.codes[row * self.dimensions..(row + 1) * self.dimensions];
        let bytes = self.dimensions.div_ceil(2);
        let rests = self.rests[row * bytes..(row + 1) * bytes].iter().flat_map(|byte| [byte & 15, byte >> 4]);
        // The middle of the sixteenth that the number lies in.
        let number = |code: i8, rest: u8| f32::from(code) - 0.5 + (f32::from(rest) + 0.5) / REST_PARTS;
        let sum: f32 = vector.iter().zip(code).zip(rests).map(|((left, code), rest)| left * number(*code, rest)).sum();
        1.0 - sum * self.steps[row]
    }
}

fn nearer(left: &(f32, PassageId, u32), right: &(f32, PassageId, u32)) -> Ordering {
    left.0.total_cmp(&right.0).then(left.1.cmp(&right.1))
}

fn keep_nearest(near: &mut Vec<(f32, PassageId, u32)>, limit: usize) {
    if near.len() > limit {
        near.select_nth_unstable_by(limit, nearer);
        near.truncate(limit);
    }
}

/// Writes one row of so many columns.
fn put<T>(table: &mut [T], row: usize, columns: usize, values: impl Iterator<Item = T>) {
    for (slot, value) in table[row * columns..(row + 1) * columns].iter_mut().zip(values) {
        *slot = value;
    }
}

/// Puts the last row in the place of this one.
fn take_last<T: Copy>(table: &mut Vec<T>, row: usize, columns: usize) {
    let last = table.len() - columns;
    table.copy_within(last.., row * columns);
    table.truncate(last);
}

/// A query in both forms.
struct Query {
    sketch: Vec<u64>,
    code: Vec<i16>,
    step: f32,
}

impl Query {
    fn of(vector: &[f32]) -> Self {
        let limit = if vector.len() > WIDE_DIMENSIONS { QUERY_LIMIT / 16.0 } else { QUERY_LIMIT };
        let greatest = vector.iter().fold(0.0_f32, |greatest, number| greatest.max(number.abs()));
        let step = if greatest > 0.0 { greatest / limit } else { 1.0 };
        Self {
            sketch: vector.chunks(WORD_BITS).map(word_of).collect(),
            code: vector.iter().map(|number| (number / step).round().clamp(-limit, limit) as i16).collect(),
            step,
        }
    }
}

/// The signs of up to 64 numbers.
fn word_of(numbers: &[f32]) -> u64 {
    numbers.iter().enumerate().fold(0, |word, (bit, &number)| word | (u64::from(number > 0.0) << bit))
}

/// How many bits each sketch differs in. Common lengths have loops of their own, which the compiler unrolls.
fn bits_apart(query: &[u64], sketches: &[u64], apart: &mut [u16]) {
    match query.len() {
        6 => bits_apart_of::<6>(query, sketches, apart),
        8 => bits_apart_of::<8>(query, sketches, apart),
        12 => bits_apart_of::<12>(query, sketches, apart),
        16 => bits_apart_of::<16>(query, sketches, apart),
        words => {
            for (apart, sketch) in apart.iter_mut().zip(sketches.chunks_exact(words.max(1))) {
                *apart = sketch.iter().zip(query).map(|(left, right)| (left ^ right).count_ones()).sum::<u32>() as u16;
            }
        }
    }
}

fn bits_apart_of<const WORDS: usize>(query: &[u64], sketches: &[u64], apart: &mut [u16]) {
    let mut of_query = [0; WORDS];
    of_query.copy_from_slice(query);
    let (sketches, _) = sketches.as_chunks::<WORDS>();
    for (apart, sketch) in apart.iter_mut().zip(sketches) {
        let mut bits = 0;
        for word in 0..WORDS {
            bits += (sketch[word] ^ of_query[word]).count_ones();
        }
        *apart = bits as u16;
    }
}

fn product(query: &[i16], code: &[i8]) -> i32 {
    query.iter().zip(code).map(|(left, right)| i32::from(*left) * i32::from(*right)).sum()
}

#[cfg(test)]
mod tests;
