//! Vectors from a model that a server has.
//!
//! Nothing of a text is left out: one that is too long is embedded in parts, and its vector is their mean.

use async_trait::async_trait;
use quillhouse_egress::{Purpose, Request};
use serde::Deserialize;
use serde_json::json;

use super::{OllamaServer, said_in};
use crate::{
    chat::ChatError,
    embedder::{EmbedError, Embedder},
    estimate,
};

/// Texts that are sent together; a server embeds them side by side.
const BATCH: usize = 32;
/// What a model without a known context certainly takes.
const USUAL_TOKENS: u32 = 512;
/// An answer with vectors of 32 texts has about 20 bytes a number.
const MOST_ANSWER_BYTES: usize = 64 << 20;

/// An embedding model of an Ollama server.
pub struct OllamaEmbedder {
    server: OllamaServer,
    id: String,
    name: String,
    dimensions: usize,
    max_tokens: u32,
}

impl OllamaServer {
    /// Opens a model that makes vectors.
    pub async fn embedder(&self, name: &str) -> Result<OllamaEmbedder, ChatError> {
        let details = self.show(name).await?;
        let unusable = |reason: String| Err(ChatError::Unavailable { reason });
        if let Some(host) = &details.remote_host {
            return unusable(format!("`{name}` runs at `{host}` and not on this computer, so nothing was sent"));
        }
        if !details.capabilities.is_empty() && !details.can("embedding") {
            return unusable(format!("`{name}` is no embedding model; choose one that is"));
        }
        let Some(dimensions) = details.vector_dimensions.filter(|dimensions| (1..=16_384).contains(dimensions)) else {
            return unusable(format!("the server does not say how long the vectors of `{name}` are"));
        };
        let listed = self.models().await?;
        let with_tag = format!("{name}:latest");
        let digest = listed.into_iter().find(|model| model.name == name || model.name == with_tag);
        let digest = digest.map(|model| model.digest).unwrap_or_default();
        Ok(OllamaEmbedder {
            server: self.clone(),
            id: format!("ollama-{name}-{}", digest.chars().take(12).collect::<String>()),
            name: name.to_owned(),
            dimensions,
            max_tokens: details.context_tokens.unwrap_or(USUAL_TOKENS).max(16),
        })
    }
}

impl OllamaEmbedder {
    async fn ask(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, EmbedError> {
        #[derive(Deserialize)]
        struct Embedded {
            embeddings: Vec<Vec<f32>>,
        }
        let failed = |reason: String| EmbedError::Failed { reason };
        let body = json!({"model": self.name, "input": texts, "truncate": false, "keep_alive": "30m"});
        let url = self.server.url("api/embed").map_err(|error| failed(error.to_string()))?;
        let mut request = Request::post(url, Purpose::Embedding, body)
            .patience(self.server.patience.first, self.server.patience.next);
        request.max_body_bytes = MOST_ANSWER_BYTES;
        let response = self.server.egress.request(request).await;
        let response =
            response.map_err(|error| EmbedError::Unavailable { reason: self.server.translate(error).to_string() })?;
        if !response.is_success() {
            return Err(failed(format!("the server said `{}` (status {})", said_in(&response.body), response.status)));
        }
        let embedded: Embedded = response.json().map_err(|error| failed(error.to_string()))?;
        if embedded.embeddings.len() != texts.len() {
            return Err(failed(format!("{} vectors came for {} texts", embedded.embeddings.len(), texts.len())));
        }
        embedded.embeddings.into_iter().map(|vector| self.checked(vector)).collect()
    }

    fn checked(&self, vector: Vec<f32>) -> Result<Vec<f32>, EmbedError> {
        if vector.len() != self.dimensions {
            let reason = format!("a vector has {} numbers instead of {}", vector.len(), self.dimensions);
            return Err(EmbedError::Failed { reason });
        }
        unit(vector).ok_or_else(|| EmbedError::Failed { reason: "a vector has no direction".to_owned() })
    }
}

/// A vector of length one; nothing when it has no direction.
fn unit(mut vector: Vec<f32>) -> Option<Vec<f32>> {
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    if !length.is_finite() || length < 1e-12 {
        return None;
    }
    for number in &mut vector {
        *number = (f64::from(*number) / length) as f32;
    }
    Some(vector)
}

/// Cuts a text into parts that surely fit, at white space where there is any.
fn parts(text: &str, most_tokens: u32) -> Vec<String> {
    if estimate::upper_bound_of(text) <= most_tokens || text.chars().count() < 2 {
        return vec![text.to_owned()];
    }
    let middle = text.char_indices().nth(text.chars().count() / 2).map_or(text.len() / 2, |(place, _)| place);
    let cut = text[..middle].rfind(char::is_whitespace).filter(|place| *place > 0).unwrap_or(middle);
    let (first, rest) = text.split_at(cut);
    parts(first, most_tokens).into_iter().chain(parts(rest, most_tokens)).collect()
}

#[async_trait]
impl Embedder for OllamaEmbedder {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    fn max_tokens(&self) -> usize {
        self.max_tokens as usize
    }

    async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, EmbedError> {
        // Room for the marks that the model puts around a text.
        let most_tokens = self.max_tokens - 8;
        let cut: Vec<Vec<String>> = texts.iter().map(|text| parts(text, most_tokens)).collect();
        let flat: Vec<String> = cut.concat();
        let mut vectors = Vec::with_capacity(flat.len());
        for batch in flat.chunks(BATCH) {
            vectors.extend(self.ask(batch).await?);
        }
        let mut vectors = vectors.into_iter();
        let joined = cut.iter().map(|parts| {
            let mut sum = vec![0.0_f32; self.dimensions];
            for (part, vector) in parts.iter().zip(&mut vectors) {
                let weight = part.chars().count().max(1) as f32;
                sum.iter_mut().zip(vector).for_each(|(sum, number)| *sum += number * weight);
            }
            unit(sum).ok_or_else(|| EmbedError::Failed { reason: "a vector has no direction".to_owned() })
        });
        joined.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_into_parts_that_fit_and_lose_nothing() {
        let text = "bread and cakes and rolls ".repeat(40);
        let cut = parts(&text, 50);
        assert_eq!(cut.concat(), text, "nothing is lost and nothing is added");
        assert!(cut.len() > 1 && cut.iter().all(|part| estimate::upper_bound_of(part) <= 50), "{cut:?}");
        assert_eq!(parts("rye", 50), ["rye"]);
        assert_eq!(parts(&"ß".repeat(60), 50).concat(), "ß".repeat(60), "also without white space");
    }

    #[test]
    fn vectors_have_length_one_or_are_refused() {
        assert_eq!(unit(vec![3.0, 4.0]), Some(vec![0.6, 0.8]));
        for bad in [vec![0.0, 0.0], vec![f32::NAN, 1.0], vec![f32::INFINITY, 1.0], vec![]] {
            assert_eq!(unit(bad.clone()), None, "{bad:?}");
        }
    }
}
