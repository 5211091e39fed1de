//! `bench retrieval`: how well passages are found by meaning and words together, and by each alone.

use std::{sync::Arc, time::Instant};

use anyhow::{Context, Result, bail};
use quillhouse_studio::{Studio, measure::Rankings, places};
use serde_json::json;

use super::{
    cranfield::{Cranfield, ndcg, recall},
    material::corpora,
    phase::BRAND,
};

/// Hits asked for in the timed searches: what the library's search field asks for.
const HITS: u32 = 20;

/// Means over the queries.
#[derive(Default, Clone, Copy)]
struct Quality {
    ndcg: f64,
    recall: f64,
}

struct Measured {
    documents: usize,
    queries: usize,
    both: Quality,
    meaning: Quality,
    words: Quality,
    queries_a_second: f64,
}

fn numbers(names: &[String]) -> Vec<u32> {
    names.iter().filter_map(|name| name.strip_suffix(".md")?.parse().ok()).collect()
}

async fn measured(set: &Cranfield, studio: &Studio, folder: &std::path::Path) -> Result<Measured> {
    studio.call("brand_create", json!({ "name": BRAND })).await?;
    let sources = [json!({ "kind": "path", "path": set.write(folder)? })];
    let added = studio.stream("document_add", json!({ "brand": BRAND, "sources": sources }), Arc::new(drop)).await?;
    let documents = added["added"].as_u64().unwrap_or(0) as usize;
    if documents != set.abstracts.len() {
        bail!("{documents} of {} abstracts came into the library, so nothing can be measured", set.abstracts.len());
    }
    let mut sums = [Quality::default(); 3];
    for query in &set.queries {
        let Rankings { both, meaning, words } = studio.rankings(BRAND, &query.text).await?;
        for (sum, names) in sums.iter_mut().zip([both, meaning, words]) {
            let ranking = numbers(&names);
            sum.ndcg += ndcg(&ranking, &query.gains);
            sum.recall += recall(&ranking, &query.gains);
        }
    }
    let began = Instant::now();
    for query in &set.queries {
        studio.call("library_search", json!({ "brand": BRAND, "query": query.text, "limit": HITS })).await?;
    }
    let elapsed = began.elapsed().as_secs_f64();
    let queries = set.queries.len() as f64;
    let [both, meaning, words] = sums.map(|sum| Quality { ndcg: sum.ndcg / queries, recall: sum.recall / queries });
    let queries_a_second = if elapsed > 0.0 { queries / elapsed } else { 0.0 };
    Ok(Measured { documents, queries: set.queries.len(), both, meaning, words, queries_a_second })
}

/// Measures and prints; fails when both together are worse than either alone.
pub(crate) fn run(as_json: bool) -> Result<()> {
    let corpus = corpora()
        .map(|corpora| corpora.join("cranfield"))
        .filter(|folder| folder.is_dir())
        .context("the Cranfield collection is not at `../shared/corpora/cranfield`, so nothing can be measured")?;
    let set = Cranfield::read(&corpus)?;
    let folder = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measured = runtime.block_on(async {
        let studio = Studio::open(places::options(folder.path().join("data"))?).await?;
        measured(&set, &studio, &folder.path().join("abstracts")).await
    })?;
    let ways = [("both", measured.both), ("meaning", measured.meaning), ("words", measured.words)];
    println!("{} abstracts, {} queries", measured.documents, measured.queries);
    println!("{:<8} {:>8} {:>10}", "found by", "nDCG@10", "recall@10");
    for (name, Quality { ndcg, recall }) in ways {
        println!("{name:<8} {ndcg:>8.4} {recall:>10.4}");
    }
    println!("{:.1} queries a second, one after the other, {HITS} hits each", measured.queries_a_second);
    let passed = measured.both.ndcg >= measured.meaning.ndcg.max(measured.words.ndcg);
    if as_json {
        let quality = |Quality { ndcg, recall }: Quality| json!({ "ndcg_10": ndcg, "recall_10": recall });
        println!(
            "{}",
            json!({
                "bench": "retrieval",
                "documents": measured.documents,
                "queries": measured.queries,
                "both": quality(measured.both),
                "meaning": quality(measured.meaning),
                "words": quality(measured.words),
                "queries_per_second": measured.queries_a_second,
                "passed": passed,
            })
        );
    }
    if passed { Ok(()) } else { bail!("searching by meaning and words together finds less than one of them alone") }
}
