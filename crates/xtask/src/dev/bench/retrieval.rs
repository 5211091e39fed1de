//! `bench retrieval`: how well passages are found by meaning and words together and by each alone, and how quickly in
//! libraries of several sizes.

use std::{path::Path, sync::Arc, time::Instant};

use anyhow::{Context, Result, bail};
use quillhouse_studio::{
    Studio,
    measure::{Rankings, Searching},
    places,
};
use serde_json::{Value, json};

use super::{
    cranfield::{Cranfield, ndcg, recall, reciprocal_rank},
    material::corpora,
    phase::BRAND,
};

/// Hits asked for in the timed searches: what the library's search field asks for.
const HITS: u32 = 20;
/// Sizes of library, in passages; the last is left out of a quick run.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// How much better both together have to be than the better of the two.
const LEAST_GAIN: f64 = 0.05;
/// What is promised for the largest library: a chromadb 1.5 collection on disk needs this long for vectors alone.
const MOST_VECTORS_P50_MS: f64 = 2.1;
const MOST_VECTORS_P99_MS: f64 = 3.1;
const MOST_HYBRID_P99_MS: f64 = 15.0;
/// Share of the exactly ten nearest.
const LEAST_RECALL: f64 = 0.98;

/// Means over the queries.
#[derive(Default, Clone, Copy)]
struct Quality {
    ndcg: f64,
    recall: f64,
    rank: f64,
}

impl Quality {
    fn add(&mut self, names: &[String], gains: &std::collections::HashMap<u32, f64>) {
        let ranking: Vec<u32> = names.iter().filter_map(|name| name.strip_suffix(".md")?.parse().ok()).collect();
        self.ndcg += ndcg(&ranking, gains);
        self.recall += recall(&ranking, gains);
        self.rank += reciprocal_rank(&ranking, gains);
    }

    fn over(self, queries: f64) -> Self {
        Self { ndcg: self.ndcg / queries, recall: self.recall / queries, rank: self.rank / queries }
    }

    fn to_json(self) -> Value {
        json!({ "ndcg_10": self.ndcg, "recall_10": self.recall, "mrr_10": self.rank })
    }
}

struct Measured {
    documents: usize,
    queries: usize,
    ways: Vec<(&'static str, Quality)>,
    queries_a_second: f64,
    sizes: Vec<Searching>,
}

impl Measured {
    fn of(&self, way: &str) -> f64 {
        self.ways.iter().find(|(name, _)| *name == way).map_or(0.0, |(_, quality)| quality.ndcg)
    }

    /// What was promised and is not so, in sentences.
    fn shortfalls(&self) -> Vec<String> {
        let mut found = Vec::new();
        let (both, better) = (self.of("hybrid"), self.of("meaning").max(self.of("words")));
        if both < better * (1.0 + LEAST_GAIN) {
            found.push(format!("meaning and words together have an nDCG of {both:.4}, the better alone {better:.4}"));
        }
        for size in &self.sizes {
            if size.recall_10 < LEAST_RECALL {
                found.push(format!("{:.4} of the ten nearest of {} are found", size.recall_10, size.passages));
            }
        }
        if let Some(largest) = self.sizes.last().filter(|size| Some(&size.passages) == SIZES.last()) {
            for (what, time, most) in [
                ("vectors, p50", largest.vectors.p50_ms, MOST_VECTORS_P50_MS),
                ("vectors, p99", largest.vectors.p99_ms, MOST_VECTORS_P99_MS),
                ("hybrid, p99", largest.hybrid.p99_ms, MOST_HYBRID_P99_MS),
            ] {
                if time > most {
                    found.push(format!("{what}: {time:.2} ms among {}; {most} ms is promised", largest.passages));
                }
            }
        }
        found
    }

    fn print(&self) {
        println!("{} abstracts, {} queries", self.documents, self.queries);
        println!("{:<16} {:>8} {:>10} {:>8}", "found by", "nDCG@10", "recall@10", "MRR@10");
        for (name, Quality { ndcg, recall, rank }) in &self.ways {
            println!("{name:<16} {ndcg:>8.4} {recall:>10.4} {rank:>8.4}");
        }
        if !self.ways.iter().any(|(name, _)| *name == "reranked") {
            println!("reranked         not measured: no reranking model is in the models folder");
        }
        let better = self.of("meaning").max(self.of("words"));
        if better > 0.0 {
            println!("hybrid is {:+.1} % above the better one alone", (self.of("hybrid") / better - 1.0) * 100.0);
        }
        println!("{:.1} queries a second with their embedding, {HITS} hits each", self.queries_a_second);
        println!();
        println!(
            "without the query's embedding, milliseconds; passages are made of these abstracts: sentences shuffled,"
        );
        println!("vectors between those of two abstracts, a third of their length aside");
        println!(
            "{:>8} {:>8} {:>8} {:>10} {:>9} {:>9} {:>9} {:>9} {:>9}",
            "passages", "vec p50", "vec p99", "recall@10", "disk p50", "disk p99", "hyb p50", "hyb p99", "load"
        );
        for size in &self.sizes {
            println!(
                "{:>8} {:>8.2} {:>8.2} {:>10.4} {:>9.1} {:>9.1} {:>9.2} {:>9.2} {:>9.0}",
                size.passages,
                size.vectors.p50_ms,
                size.vectors.p99_ms,
                size.recall_10,
                size.vectors_on_disk.p50_ms,
                size.vectors_on_disk.p99_ms,
                size.hybrid.p50_ms,
                size.hybrid.p99_ms,
                size.load_ms
            );
        }
    }

    fn to_json(&self, shortfalls: &[String]) -> Value {
        let ways: serde_json::Map<String, Value> =
            self.ways.iter().map(|(name, quality)| ((*name).to_owned(), quality.to_json())).collect();
        let times =
            |times: quillhouse_studio::measure::Times| json!({ "p50_ms": times.p50_ms, "p99_ms": times.p99_ms });
        let sizes: Vec<Value> = self
            .sizes
            .iter()
            .map(|size| {
                json!({
                    "passages": size.passages,
                    "queries": size.queries,
                    "vectors": times(size.vectors),
                    "vectors_on_disk": times(size.vectors_on_disk),
                    "recall_10": size.recall_10,
                    "hybrid": times(size.hybrid),
                    "load_ms": size.load_ms,
                })
            })
            .collect();
        json!({
            "bench": "retrieval",
            "documents": self.documents,
            "queries": self.queries,
            "quality": ways,
            "queries_per_second": self.queries_a_second,
            "sizes": sizes,
            "shortfalls": shortfalls,
            "passed": shortfalls.is_empty(),
        })
    }
}

async fn measured(set: &Cranfield, studio: &Studio, folder: &Path, quick: bool) -> Result<Measured> {
    studio.call("brand_create", json!({ "name": BRAND })).await?;
    let sources = [json!({ "kind": "path", "path": set.write(folder)? })];
    let added = studio.stream("document_add", json!({ "brand": BRAND, "sources": sources }), Arc::new(drop)).await?;
    let documents = added["added"].as_u64().unwrap_or(0) as usize;
    if documents != set.abstracts.len() {
        bail!("{documents} of {} abstracts came into the library, so nothing can be measured", set.abstracts.len());
    }
    let mut sums = [Quality::default(); 5];
    let mut with_reranker = false;
    for query in &set.queries {
        let Rankings { both, meaning, words, expanded, reranked } = studio.rankings(BRAND, &query.text).await?;
        with_reranker |= reranked.is_some();
        for (sum, names) in sums.iter_mut().zip([words, meaning, both, expanded, reranked.unwrap_or_default()]) {
            sum.add(&names, &query.gains);
        }
    }
    let began = Instant::now();
    for query in &set.queries {
        let search = json!({ "brand": BRAND, "query": query.text, "limit": HITS });
        studio.call("library_search", search).await?;
    }
    let elapsed = began.elapsed().as_secs_f64();
    let queries = set.queries.len() as f64;
    let names = ["words", "meaning", "hybrid", "hybrid, expanded", "reranked"];
    let ways = names.into_iter().zip(sums.map(|sum| sum.over(queries))).take(if with_reranker { 5 } else { 4 });
    let asked: Vec<String> = set.queries.iter().map(|query| query.text.clone()).collect();
    let mut sizes = Vec::new();
    for size in SIZES.into_iter().take(if quick { 2 } else { 3 }) {
        eprintln!("making a library of {size} passages");
        sizes.push(studio.searching(BRAND, &asked, size).await?);
    }
    Ok(Measured {
        documents,
        queries: set.queries.len(),
        ways: ways.collect(),
        queries_a_second: if elapsed > 0.0 { queries / elapsed } else { 0.0 },
        sizes,
    })
}

/// Measures and prints; fails when something that was promised is not so. A quick run leaves the largest library out.
pub(crate) fn run(quick: bool, as_json: bool) -> Result<()> {
    let corpus = corpora()
        .map(|corpora| corpora.join("cranfield"))
        .filter(|folder| folder.is_dir())
        .context("the Cranfield collection is not at `../shared/corpora/cranfield`, so nothing can be measured")?;
    let set = Cranfield::read(&corpus)?;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measured = runtime.block_on(async {
        let studio = Studio::open(places::options(folder.path().join("data"))?).await?;
        measured(&set, &studio, &folder.path().join("abstracts"), quick).await
    })?;
    measured.print();
    let shortfalls = measured.shortfalls();
    if as_json {
        println!("{}", measured.to_json(&shortfalls));
    }
    if shortfalls.is_empty() { Ok(()) } else { bail!("{}", shortfalls.join("; ")) }
}

#[cfg(test)]
mod tests {
    use quillhouse_studio::measure::Times;

    use super::*;

    fn measured(words: f64, hybrid: f64, vectors: (f64, f64), recall_10: f64, passages: usize) -> Measured {
        let quality = |ndcg| Quality { ndcg, recall: 0.5, rank: 0.5 };
        let times = |p50_ms, p99_ms| Times { p50_ms, p99_ms };
        Measured {
            documents: 1,
            queries: 1,
            ways: vec![("words", quality(words)), ("meaning", quality(0.3)), ("hybrid", quality(hybrid))],
            queries_a_second: 1.0,
            sizes: vec![Searching {
                passages,
                queries: 1,
                vectors: times(vectors.0, vectors.1),
                vectors_on_disk: times(9.0, 9.0),
                recall_10,
                hybrid: times(5.0, 14.0),
                load_ms: 1.0,
            }],
        }
    }

    #[test]
    fn each_promise_is_judged_by_itself() {
        for (case, expected) in [
            (measured(0.4, 0.43, (2.0, 3.0), 0.99, 100_000), None),
            (measured(0.4, 0.41, (2.0, 3.0), 0.99, 100_000), Some("meaning and words together")),
            (measured(0.4, 0.43, (2.2, 3.0), 0.99, 100_000), Some("vectors, p50")),
            (measured(0.4, 0.43, (2.0, 3.2), 0.99, 100_000), Some("vectors, p99")),
            (measured(0.4, 0.43, (9.0, 9.0), 0.99, 10_000), None),
            (measured(0.4, 0.43, (2.0, 3.0), 0.97, 10_000), Some("0.9700 of the ten nearest")),
        ] {
            let found = case.shortfalls();
            assert_eq!(found.len(), usize::from(expected.is_some()), "{found:?}");
            if let Some(expected) = expected {
                assert!(found[0].starts_with(expected), "{found:?}");
            }
            assert_eq!(case.to_json(&found)["passed"], expected.is_none());
        }
    }
}
