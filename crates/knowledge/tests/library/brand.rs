//! What adding a real brand costs, part by part: `cargo test -p quillhouse-knowledge --test library -- measure_brand`.

use std::path::PathBuf;

use quillhouse_knowledge::retrieve::{DocumentFilter, SearchOptions};

use crate::support::{Test, TestLibrary, test};

/// Run only when asked for by name.
pub(crate) const MEASURES: &[Test] = &[test!(measure_brand)];

async fn measure_brand() {
    let corpus = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora/brand-18f");
    let data = tempfile::tempdir().unwrap();
    let library = TestLibrary::open(data.path()).await;
    let (summary, _) = library.add_path(&corpus).await;
    let timings = summary.timings;
    println!("{summary:?}");
    println!("{:.0} tokens a second", summary.tokens as f64 / timings.embed.as_secs_f64());
    let share = (timings.store + timings.index).as_secs_f64() / timings.total.as_secs_f64();
    println!("store and index: {:.1} % of {:?}", share * 100.0, timings.total);
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("VmHWM")).for_each(|line| println!("{line}"));
    }
    println!("{:?}", library.index.optimise().await.unwrap());
    for query in ["plain language", "how to write inclusive content", "quantum chromodynamics"] {
        let options = SearchOptions { limit: 3, per_document_cap: 1, ..SearchOptions::default() };
        for hit in library.retriever.search(&[query.to_owned()], &DocumentFilter::default(), options).await.unwrap() {
            println!("{query}: {:.2} {} {:?}", hit.relevance, hit.document_name, hit.why);
        }
    }
    assert_eq!(summary.rejected + summary.failed, 0, "every page of the guide is readable");
}
