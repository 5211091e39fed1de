//! Quality on a public retrieval set: 1,400 abstracts, 225 queries, graded judgements. Takes minutes, so it is asked for
//! by name: `cargo test -p quillhouse-knowledge --test library -- measure_cranfield`.

use std::{collections::HashMap, fs, path::PathBuf, time::Instant};

use quillhouse_knowledge::{
    ingest::IngestSource,
    retrieve::{DocumentFilter, Hit, SearchOptions},
};
use quillhouse_llm::CancelToken;

use crate::support::{Test, TestLibrary, test};

/// Run only when asked for by name.
pub(crate) const MEASURES: &[Test] = &[test!(measure_cranfield)];

struct Cranfield {
    abstracts: Vec<(usize, String)>,
    queries: Vec<String>,
    /// Gain by query, counted from 1, and abstract: 4 for a complete answer down to 1 for minimal interest.
    gains: HashMap<usize, HashMap<usize, f64>>,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/cranfield")
}

fn records(text: &str) -> Vec<(usize, HashMap<&str, String>)> {
    let mut records = Vec::new();
    for record in text.split("\n.I ") {
        let record = record.strip_prefix(".I ").unwrap_or(record);
        let (number, rest) = record.split_once('\n').unwrap();
        let mut fields: HashMap<&str, String> = HashMap::new();
        let mut field = "";
        for line in rest.lines() {
            match line {
                ".T" | ".A" | ".B" | ".W" => field = line,
                _ => {
                    let value = fields.entry(field).or_default();
                    value.push_str(line.trim());
                    value.push(' ');
                }
            }
        }
        records.push((number.trim().parse().unwrap(), fields));
    }
    records
}

fn read() -> Cranfield {
    let text = |name: &str| String::from_utf8_lossy(&fs::read(folder().join(name)).unwrap()).into_owned();
    let abstracts = text("cran.all.1400");
    let abstracts = records(&abstracts)
        .into_iter()
        .filter_map(|(number, fields)| {
            let (title, body) = (fields.get(".T")?.trim(), fields.get(".W")?.trim());
            // The abstracts repeat their title as the first sentence.
            let body = body.strip_prefix(title).unwrap_or(body).trim();
            (!body.is_empty()).then(|| (number, format!("# {title}\n\n{body}\n")))
        })
        .collect();
    let queries = text("cran.qry");
    let queries = records(&queries).into_iter().map(|(_, mut fields)| fields.remove(".W").unwrap()).collect();
    let mut gains: HashMap<usize, HashMap<usize, f64>> = HashMap::new();
    for line in text("cranqrel").lines() {
        let numbers: Vec<i64> = line.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        let [query, document, code] = numbers[..] else { continue };
        if (1..=4).contains(&code) {
            gains.entry(query as usize).or_default().insert(document as usize, (5 - code) as f64);
        }
    }
    Cranfield { abstracts, queries, gains }
}

fn ndcg_at_10(ranking: &[usize], gains: &HashMap<usize, f64>) -> f64 {
    let discounted = |gains: &mut dyn Iterator<Item = f64>| -> f64 {
        gains.take(10).enumerate().map(|(position, gain)| gain / (position as f64 + 2.0).log2()).sum()
    };
    let mut ideal: Vec<f64> = gains.values().copied().collect();
    ideal.sort_by(|left, right| right.total_cmp(left));
    let found = discounted(&mut ranking.iter().map(|document| gains.get(document).copied().unwrap_or(0.0)));
    found / discounted(&mut ideal.into_iter())
}

fn documents(hits: &[Hit]) -> Vec<usize> {
    hits.iter().map(|hit| hit.document_name.trim_end_matches(".md").parse().unwrap()).collect()
}

async fn measure_cranfield() {
    let set = read();
    let data = tempfile::tempdir().unwrap();
    let library = TestLibrary::open(data.path()).await;
    let sources = set
        .abstracts
        .iter()
        .map(|(number, text)| IngestSource::Bytes { name: format!("{number}.md"), bytes: text.clone().into() })
        .collect();
    let summary = library.try_add(sources, &CancelToken::new()).await.0.unwrap();
    println!("{} passages, {} tokens, {:?}", summary.passages, summary.tokens, summary.timings);
    println!("{:.0} tokens a second", summary.tokens as f64 / summary.timings.embed.as_secs_f64());

    // Wide enough to hold the ten best of each ranking, which are told apart by their ranks.
    let options = SearchOptions { limit: 60, per_document_cap: 1, ..SearchOptions::default() };
    let (mut scores, mut counted, mut elapsed) = ([0.0; 4], 0.0, std::time::Duration::ZERO);
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for (position, query) in set.queries.iter().enumerate() {
        let Some(gains) = set.gains.get(&(position + 1)) else { continue };
        counted += 1.0;
        let began = Instant::now();
        let hits =
            library.retriever.search(std::slice::from_ref(query), &DocumentFilter::default(), options).await.unwrap();
        elapsed += began.elapsed();
        let by_rank = |rank: fn(&Hit) -> Option<u32>| {
            let mut hits: Vec<Hit> = hits.iter().filter(|hit| rank(hit).is_some()).cloned().collect();
            hits.sort_by_key(rank);
            documents(&hits)
        };
        let mut relevant_first = hits.clone();
        relevant_first.sort_by(|left, right| right.relevance.total_cmp(&left.relevance));
        let rankings = [
            by_rank(|hit| hit.why.vector_rank),
            by_rank(|hit| hit.why.text_rank),
            documents(&hits),
            documents(&relevant_first),
        ];
        for (score, ranking) in scores.iter_mut().zip(&rankings) {
            *score += ndcg_at_10(ranking, gains);
        }
        for hit in hits.iter().take(10) {
            let relevant = gains.contains_key(&documents(std::slice::from_ref(hit))[0]);
            if relevant { &mut right } else { &mut wrong }.push((hit.relevance, hit.best_cosine.unwrap()));
        }
    }
    let [meaning, words, both, by_relevance] = scores.map(|score| score / counted);
    println!("nDCG@10: meaning {meaning:.4}, words {words:.4}, both {both:.4}, by relevance {by_relevance:.4}");
    println!("{:.1} ms a query", elapsed.as_secs_f64() * 1_000.0 / counted);
    for (name, values) in [("relevant", &mut right), ("not relevant", &mut wrong)] {
        values.sort_by(|left, right| left.1.total_cmp(&right.1));
        let at = |share: f64| values[((values.len() - 1) as f64 * share) as usize].1;
        let mean = values.iter().map(|value| f64::from(value.0)).sum::<f64>() / values.len() as f64;
        println!(
            "{name}: {} hits, mean relevance {mean:.3}, cosine {:.2} {:.2} {:.2}",
            values.len(),
            at(0.1),
            at(0.5),
            at(0.9)
        );
    }
    assert!(both > meaning && both > words, "fusing must be worth its cost");
}
