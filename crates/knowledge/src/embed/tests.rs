//! The real model: shape, meaning, determinism, long texts, broken folders.

use super::*;
use crate::test_models::models_folder;

fn cosine(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}

async fn embed(model: &OnnxEmbedder, texts: &[&str]) -> Vec<Vec<f32>> {
    model.embed(texts.iter().map(|&text| text.to_owned()).collect()).await.unwrap()
}

#[tokio::test]
async fn meaning_decides_how_near_two_sentences_are() {
    let model = OnnxEmbedder::shipped(&models_folder()).unwrap();
    let vectors = embed(
        &model,
        &[
            "Write in plain language so that readers understand you",
            "Use simple words that your audience knows",
            "The ferry leaves the harbour at noon",
        ],
    )
    .await;
    for vector in &vectors {
        assert_eq!(vector.len(), MINILM_DIMENSIONS);
        assert!((cosine(vector, vector) - 1.0).abs() < 1e-5, "vectors have length one");
    }
    assert!(
        cosine(&vectors[0], &vectors[1]) > cosine(&vectors[0], &vectors[2]) + 0.2,
        "two sentences about plain words are nearer than one about ferries"
    );
}

#[tokio::test]
async fn a_text_has_the_same_vector_alone_and_in_company() {
    let model = OnnxEmbedder::shipped(&models_folder()).unwrap();
    let long = "Headings help people scan a page and find what they need. ".repeat(12);
    let alone = embed(&model, &["Short text"]).await;
    let together = embed(&model, &[&long, "Short text", "", &long, "Something else entirely"]).await;
    assert!(cosine(&alone[0], &together[1]) > 0.9999, "padding and neighbours must not move a vector");
    assert_eq!(together[0], together[3], "equal texts have equal vectors");
    assert_eq!(alone, embed(&model, &["Short text"]).await, "asked twice, answered the same");
}

#[tokio::test]
async fn the_end_of_a_text_longer_than_the_model_looks_at_still_counts() {
    let model = OnnxEmbedder::shipped(&models_folder()).unwrap();
    let padding = "Headings help people scan a page and find what they need. ".repeat(40);
    let tail = "Alpine marmots hibernate in burrows during winter. ".repeat(20);
    let vectors = embed(&model, &[&padding, &format!("{padding}{tail}"), "marmots hibernate in winter"]).await;
    assert!(
        cosine(&vectors[1], &vectors[2]) > cosine(&vectors[0], &vectors[2]) + 0.1,
        "what stands after the model's limit must move the vector"
    );
}

#[tokio::test]
async fn nothing_to_embed_gives_nothing() {
    let model = OnnxEmbedder::shipped(&models_folder()).unwrap();
    assert!(model.embed(Vec::new()).await.unwrap().is_empty());
}

#[test]
fn a_missing_or_damaged_file_is_named_in_a_sentence_that_says_what_to_do() {
    let models = models_folder();
    let source = models.join(MINILM_ID);
    for (file, content) in [
        ("model.onnx", None),
        ("model.onnx", Some(&b""[..])),
        ("model.onnx", Some(&b"not a model"[..])),
        ("tokenizer.json", Some(&b"{"[..])),
        ("config.json", Some(&b"]"[..])),
        ("special_tokens_map.json", None),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join(MINILM_ID);
        fs::create_dir_all(&target).unwrap();
        for name in ["model.onnx", "tokenizer.json", "config.json", "special_tokens_map.json", "tokenizer_config.json"]
        {
            if name != file {
                fs::copy(source.join(name), target.join(name)).unwrap();
            } else if let Some(bytes) = content {
                fs::write(target.join(name), bytes).unwrap();
            }
        }
        let library = library_path(folder.path());
        fs::create_dir_all(library.parent().unwrap()).unwrap();
        fs::copy(library_path(&models), &library).unwrap();
        let error = OnnxEmbedder::shipped(folder.path()).unwrap_err().to_string();
        assert!(error.contains("run the set-up again"), "{file}: {error}");
        assert!(error.contains(file) || error.contains(MINILM_ID), "{file} must be named: {error}");
    }
}
