//! The searcher against an exact comparison of all vectors, over rows that come, change and go in every order.

use uuid::Uuid;

use super::*;

const DIMENSIONS: usize = 384;

/// Numbers that look random and are the same every time (xorshift, Marsaglia 2003).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// Between minus one and one.
    fn number(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1 << 23) as f32 - 1.0
    }

    fn direction(&mut self, dimensions: usize) -> Vec<f32> {
        unit((0..dimensions).map(|_| self.number()).collect())
    }
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    for number in &mut vector {
        *number /= length;
    }
    vector
}

fn passage(number: usize) -> PassageId {
    PassageId::from_uuid(Uuid::from_u128(number as u128))
}

fn document(number: usize) -> DocumentId {
    DocumentId::from_uuid(Uuid::from_u128(1_000_000 + number as u128))
}

/// Rows around a hundred matters, as passages of a library are; five to a document.
fn rows(count: usize, numbers: &mut Numbers) -> Vec<IndexRow> {
    let matters: Vec<Vec<f32>> = (0..100).map(|_| numbers.direction(DIMENSIONS)).collect();
    (0..count)
        .map(|number| {
            let matter = &matters[numbers.next() as usize % matters.len()];
            let vector = matter.iter().map(|part| part + 0.06 * numbers.number()).collect();
            IndexRow { passage: passage(number), document: document(number / 5), vector: unit(vector) }
        })
        .collect()
}

fn searcher(rows: &[IndexRow]) -> Searcher {
    let mut searcher = Searcher::new(DIMENSIONS);
    searcher.reserve(rows.len());
    for row in rows {
        searcher.upsert(row);
    }
    searcher
}

fn exact(rows: &[IndexRow], query: &[f32], limit: usize, filter: &DocumentFilter) -> Vec<(PassageId, f32)> {
    let mut all: Vec<(PassageId, f32)> = rows
        .iter()
        .filter(|row| filter.admits(row.document))
        .map(|row| (row.passage, 1.0 - row.vector.iter().zip(query).map(|(a, b)| a * b).sum::<f32>()))
        .collect();
    all.sort_by(|left, right| left.1.total_cmp(&right.1).then(left.0.cmp(&right.0)));
    all.truncate(limit);
    all
}

fn shared(left: &[(PassageId, f32)], right: &[(PassageId, f32)]) -> usize {
    left.iter().filter(|(passage, _)| right.iter().any(|(other, _)| other == passage)).count()
}

#[test]
fn the_ten_nearest_of_many_are_those_of_an_exact_comparison() {
    let mut numbers = Numbers(42);
    let rows = rows(20_000, &mut numbers);
    let searcher = searcher(&rows);
    let (mut found, mut wanted) = (0, 0);
    for query in 0..50 {
        let near = &rows[query * 397].vector;
        let query = unit(near.iter().map(|part| part + 0.06 * numbers.number()).collect());
        let (fast, slow) = (
            searcher.search(&query, 10, &DocumentFilter::default()),
            exact(&rows, &query, 10, &DocumentFilter::default()),
        );
        found += shared(&fast, &slow);
        wanted += slow.len();
        for ((_, fast), (_, slow)) in fast.iter().zip(&slow) {
            assert!((fast - slow).abs() < 1e-3, "a distance is right to three places: {fast} {slow}");
        }
    }
    let recall = found as f32 / wanted as f32;
    assert!(recall >= 0.98, "recall of the ten nearest is {recall}");
}

#[test]
fn filters_leave_out_documents_and_nothing_else() {
    let mut numbers = Numbers(7);
    let rows = rows(9_000, &mut numbers);
    let searcher = searcher(&rows);
    let query = rows[17].vector.clone();
    let some: Vec<DocumentId> = (0..40).map(document).collect();
    for filter in [
        DocumentFilter { include: some.clone(), exclude: vec![] },
        DocumentFilter { include: some.clone(), exclude: vec![document(3)] },
        DocumentFilter { include: vec![], exclude: some },
        DocumentFilter { include: vec![document(99_999)], exclude: vec![] },
        DocumentFilter { include: vec![], exclude: vec![document(99_999)] },
    ] {
        let (fast, slow) = (searcher.search(&query, 20, &filter), exact(&rows, &query, 20, &filter));
        assert_eq!(fast.len(), slow.len(), "{filter:?}");
        assert!(shared(&fast, &slow) + 1 >= slow.len(), "{fast:?} {slow:?}");
    }
}

#[test]
fn the_order_in_which_rows_came_does_not_matter() {
    let mut numbers = Numbers(3);
    let rows = rows(6_000, &mut numbers);
    let mut there = searcher(&rows);
    // Rows that change and go in between leave nothing behind.
    let mut back = Searcher::new(DIMENSIONS);
    for row in rows.iter().rev() {
        back.upsert(&IndexRow { vector: numbers.direction(DIMENSIONS), ..row.clone() });
        back.upsert(row);
    }
    for number in 6_000..6_200 {
        let row =
            IndexRow { passage: passage(number), document: document(number), vector: numbers.direction(DIMENSIONS) };
        back.upsert(&row);
    }
    back.remove(&(6_000..6_100).map(passage).collect(), &(6_100..6_200).map(document).collect());
    for searcher in [&mut there, &mut back] {
        searcher.remove(&BTreeSet::from([passage(1), passage(77_777)]), &BTreeSet::from([document(9), document(88)]));
        assert_eq!(searcher.len(), 6_000 - 1 - 5 - 5, "one passage and two documents are gone");
    }
    for query in 0..20 {
        let query = rows[query * 299].vector.clone();
        let answers = [&there, &back].map(|searcher| searcher.search(&query, 30, &DocumentFilter::default()));
        assert_eq!(answers[0], answers[1]);
        assert!(answers[0].iter().all(|(found, _)| *found != passage(1)), "what is gone is not found");
    }
}

#[test]
fn vectors_of_any_length_are_compared() {
    for dimensions in [1, 8, 63, 65, 512, 768, 1_024, 3_072] {
        let mut numbers = Numbers(dimensions as u64 + 1);
        let mut searcher = Searcher::new(dimensions);
        let rows: Vec<IndexRow> = (0..5_000)
            .map(|number| IndexRow {
                passage: passage(number),
                document: document(0),
                vector: numbers.direction(dimensions),
            })
            .collect();
        for row in &rows {
            searcher.upsert(row);
        }
        let found = searcher.search(&rows[123].vector, 3, &DocumentFilter::default());
        assert!(found[0].1.abs() < 1e-2, "{dimensions}: a vector is nearest to itself: {found:?}");
        assert!(dimensions == 1 || found[0].0 == passage(123), "{dimensions}: {found:?}");
    }
}

#[test]
fn strange_vectors_and_limits_are_no_trouble() {
    let mut searcher = Searcher::new(4);
    let everything = DocumentFilter::default();
    assert!(searcher.search(&[1.0, 0.0, 0.0, 0.0], 5, &everything).is_empty(), "nothing in nothing");
    for (number, vector) in
        [vec![0.0; 4], vec![f32::NAN; 4], vec![f32::INFINITY, 0.0, 0.0, 0.0], vec![1.0; 3], vec![1.0, 0.0, 0.0, 0.0]]
            .into_iter()
            .enumerate()
    {
        searcher.upsert(&IndexRow { passage: passage(number), document: document(0), vector });
    }
    assert_eq!(searcher.len(), 4, "a vector of another length has no row");
    assert_eq!(searcher.search(&[1.0, 0.0, 0.0, 0.0], 99, &everything).len(), 4);
    assert!(searcher.search(&[1.0, 0.0], 5, &everything).is_empty());
    assert!(searcher.search(&[1.0, 0.0, 0.0, 0.0], 0, &everything).is_empty());
    assert!(bytes_for(100_000, 384) < 70_000_000, "100,000 passages fit into 70 MB");
}
