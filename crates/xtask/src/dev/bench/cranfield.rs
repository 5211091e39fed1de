//! The Cranfield collection: 1,400 abstracts, 225 queries, graded judgements. And the two measures over it.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Places of a ranking that are looked at.
const PLACES: usize = 10;

/// The collection in memory.
pub(crate) struct Cranfield {
    /// Number and Markdown of each abstract.
    pub(crate) abstracts: Vec<(u32, String)>,
    /// The queries that have judgements.
    pub(crate) queries: Vec<Query>,
}

/// One query with what answers it.
pub(crate) struct Query {
    pub(crate) text: String,
    /// Gain by abstract: 4 for a complete answer down to 1 for minimal interest.
    pub(crate) gains: HashMap<u32, f64>,
}

impl Cranfield {
    /// Reads `cran.all.1400`, `cran.qry` and `cranqrel`.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let text = |name: &str| {
            let path = folder.join(name);
            let bytes = fs::read(&path).with_context(|| format!("reading `{}`", path.display()))?;
            anyhow::Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        let mut gains = gains(&text("cranqrel")?);
        // Judgements count the queries in the order of the file, whatever number they carry there.
        let queries = records(&text("cran.qry")?)
            .into_iter()
            .zip(1_u32..)
            .filter_map(|((_, mut fields), place)| {
                Some(Query { text: fields.remove(".W")?.trim().to_owned(), gains: gains.remove(&place)? })
            })
            .collect();
        let abstracts = records(&text("cran.all.1400")?)
            .into_iter()
            .filter_map(|(number, fields)| {
                let (title, body) = (fields.get(".T")?.trim(), fields.get(".W")?.trim());
                // The abstracts repeat their title as the first sentence.
                let body = body.strip_prefix(title).unwrap_or(body).trim();
                (!body.is_empty()).then(|| (number, format!("# {title}\n\n{body}\n")))
            })
            .collect();
        Ok(Self { abstracts, queries })
    }

    /// Writes each abstract as `NUMBER.md`.
    pub(crate) fn write(&self, folder: &Path) -> Result<PathBuf> {
        fs::create_dir_all(folder)?;
        for (number, text) in &self.abstracts {
            fs::write(folder.join(format!("{number}.md")), text)?;
        }
        Ok(folder.to_owned())
    }
}

fn records(text: &str) -> Vec<(u32, HashMap<String, String>)> {
    let mut records: Vec<(u32, HashMap<String, String>)> = Vec::new();
    let mut field = String::new();
    for line in text.lines() {
        if let Some(number) = line.strip_prefix(".I ").and_then(|number| number.trim().parse().ok()) {
            records.push((number, HashMap::new()));
            field.clear();
            continue;
        }
        if matches!(line, ".T" | ".A" | ".B" | ".W") {
            line.clone_into(&mut field);
            continue;
        }
        if let Some((_, fields)) = records.last_mut() {
            let value = fields.entry(field.clone()).or_default();
            value.push_str(line.trim());
            value.push(' ');
        }
    }
    records
}

/// Gain by abstract, by query. Codes are 1 (complete answer) to 4 (minimal interest); others mean no interest.
fn gains(text: &str) -> HashMap<u32, HashMap<u32, f64>> {
    let mut gains: HashMap<u32, HashMap<u32, f64>> = HashMap::new();
    for line in text.lines() {
        let numbers: Vec<i64> = line.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let [query, document, code @ 1..=4] = numbers[..] else { continue };
        if let (Ok(query), Ok(document)) = (u32::try_from(query), u32::try_from(document)) {
            gains.entry(query).or_default().insert(document, (5 - code) as f64);
        }
    }
    gains
}

/// Discounted gain of the first ten against that of the best possible ten, 0 to 1.
pub(crate) fn ndcg(ranking: &[u32], gains: &HashMap<u32, f64>) -> f64 {
    let discounted = |gains: &mut dyn Iterator<Item = f64>| -> f64 {
        gains.take(PLACES).enumerate().map(|(position, gain)| gain / (position as f64 + 2.0).log2()).sum()
    };
    let mut ideal: Vec<f64> = gains.values().copied().collect();
    ideal.sort_by(|left, right| right.total_cmp(left));
    let best = discounted(&mut ideal.into_iter());
    let found = discounted(&mut ranking.iter().map(|document| gains.get(document).copied().unwrap_or(0.0)));
    if best > 0.0 { found / best } else { 0.0 }
}

/// Share of the relevant abstracts that stand in the first ten, 0 to 1.
pub(crate) fn recall(ranking: &[u32], gains: &HashMap<u32, f64>) -> f64 {
    let found = ranking.iter().take(PLACES).filter(|document| gains.contains_key(document)).count();
    if gains.is_empty() { 0.0 } else { found as f64 / gains.len() as f64 }
}

/// One over the place of the first relevant abstract among the first ten, 0 when there is none.
pub(crate) fn reciprocal_rank(ranking: &[u32], gains: &HashMap<u32, f64>) -> f64 {
    let first = ranking.iter().take(PLACES).position(|document| gains.contains_key(document));
    first.map_or(0.0, |position| 1.0 / (position as f64 + 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_order_is_worth_one_and_a_miss_is_worth_nothing() {
        let gains = HashMap::from([(1, 4.0), (2, 1.0)]);
        for (ranking, expected_ndcg, expected_recall, expected_rank) in [
            (&[1, 2, 9][..], 1.0, 1.0, 1.0),
            (&[2, 1][..], (1.0 + 4.0 / 3_f64.log2()) / (4.0 + 1.0 / 3_f64.log2()), 1.0, 1.0),
            (&[9, 9, 1][..], (4.0 / 4_f64.log2()) / (4.0 + 1.0 / 3_f64.log2()), 0.5, 1.0 / 3.0),
            (&[9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 1][..], 0.0, 0.0, 0.0),
            (&[][..], 0.0, 0.0, 0.0),
        ] {
            let rank = reciprocal_rank(ranking, &gains);
            assert!((rank - expected_rank).abs() < 1e-9, "{ranking:?} has a reciprocal rank of {rank}");
            let (ndcg, recall) = (ndcg(ranking, &gains), recall(ranking, &gains));
            assert!((ndcg - expected_ndcg).abs() < 1e-9, "{ranking:?} has nDCG {ndcg}");
            assert!((recall - expected_recall).abs() < 1e-9, "{ranking:?} has recall {recall}");
        }
    }

    #[test]
    fn queries_are_counted_by_their_place() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("cran.all.1400", ".I 1\n.T\nwings\n.A\nx\n.W\nwings\nlift and drag .\n.I 2\n.T\nempty\n.W\n");
        write("cran.qry", ".I 001\n.W\nwhat lifts\na wing\n.I 004\n.W\nwhat drags\n.I 008\n.W\nunjudged\n");
        write("cranqrel", "1 1 1\n2 1 4 \n2 2 -1\n");
        let set = Cranfield::read(folder.path()).unwrap();
        assert_eq!(set.abstracts, [(1, "# wings\n\nlift and drag .\n".to_owned())], "an empty abstract is no document");
        let queries: Vec<(&str, Option<&f64>)> =
            set.queries.iter().map(|query| (query.text.as_str(), query.gains.get(&1))).collect();
        assert_eq!(queries, [("what lifts a wing", Some(&4.0)), ("what drags", Some(&1.0))]);
        assert_eq!(set.queries[1].gains.len(), 1, "no interest is no answer");
    }
}
