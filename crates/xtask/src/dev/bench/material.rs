//! What the pipeline is measured with: the corpora beside the checkout, or the demo brand and documents made here.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

/// PDFs added beside the brand's own documents.
const PDFS: usize = 50;
/// Every ninth of the sorted list: fifty of all ages and producers.
const PDF_STEP: usize = 9;
/// Documents made where there are no corpora.
const MADE_DOCUMENTS: usize = 50;
/// Paragraphs in each of them.
const MADE_PARAGRAPHS: usize = 40;

/// Files to add and a brief about them.
pub(crate) struct Material {
    pub(crate) name: String,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) brief: Value,
}

/// The folder with the corpora, when it is there.
pub(crate) fn corpora() -> Option<PathBuf> {
    let folder = crate::workspace().join("../shared/corpora");
    folder.is_dir().then_some(folder)
}

impl Material {
    /// Takes the corpora when they are there; otherwise writes documents into `folder`.
    pub(crate) fn choose(folder: &Path) -> Result<Self> {
        match corpora() {
            Some(corpora) if corpora.join("brand-18f").is_dir() => Self::of_corpora(&corpora),
            _ => Self::made(folder),
        }
    }

    fn of_corpora(corpora: &Path) -> Result<Self> {
        let mut pdfs: Vec<PathBuf> = Vec::new();
        for entry in fs::read_dir(corpora.join("pdf")).context("the folder with the PDFs cannot be read")? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "pdf") {
                pdfs.push(path);
            }
        }
        pdfs.sort();
        let mut paths = vec![corpora.join("brand-18f")];
        paths.extend(pdfs.into_iter().step_by(PDF_STEP).take(PDFS));
        Ok(Self {
            name: format!("brand-18f and {} PDFs", paths.len() - 1),
            paths,
            brief: json!({
                "topic": "Plain language for government websites",
                "keywords": ["plain language", "content design"],
                "audience": "content designers",
                "words": 800,
                "content_types": ["blog", "social", "audio", "video"],
                "networks": ["linkedin", "x", "facebook"],
            }),
        })
    }

    fn made(folder: &Path) -> Result<Self> {
        let documents = crate::workspace().join("assets/demo/documents");
        let mut sentences: Vec<String> = Vec::new();
        let mut files: Vec<PathBuf> =
            fs::read_dir(&documents)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
        files.sort();
        for path in files.iter().filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
            let text = fs::read_to_string(path).with_context(|| format!("reading `{}`", path.display()))?;
            sentences.extend(text.split_inclusive(". ").map(|sentence| sentence.trim().replace('\n', " ")));
        }
        fs::create_dir_all(folder)?;
        let mut paths = vec![documents];
        for number in 0..MADE_DOCUMENTS {
            let path = folder.join(format!("made-{number}.md"));
            fs::write(&path, made_document(number, &sentences))?;
            paths.push(path);
        }
        Ok(Self {
            name: format!("the demo brand and {MADE_DOCUMENTS} made documents"),
            paths,
            brief: json!({
                "topic": "Crossing by ferry in winter",
                "keywords": ["winter ferry"],
                "audience": "commuters",
                "words": 800,
                "content_types": ["blog", "social", "audio", "video"],
                "networks": ["linkedin", "x", "facebook"],
            }),
        })
    }
}

/// A document like no other: the brand's sentences in an order of its own.
fn made_document(number: usize, sentences: &[String]) -> String {
    let mut text = format!("# Note {number} of the quay\n");
    for paragraph in 0..MADE_PARAGRAPHS {
        if paragraph % 8 == 0 {
            text.push_str(&format!("\n## Part {}\n", paragraph / 8 + 1));
        }
        text.push_str(&format!("\nEntry {}.", number * MADE_PARAGRAPHS + paragraph));
        for place in 0..4 {
            let step = number * 7 + paragraph * (number + 3) + place * 11;
            if let Some(sentence) = sentences.get(step % sentences.len().max(1)) {
                text.push(' ');
                text.push_str(sentence);
            }
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_documents_differ_so_that_none_is_known_already() {
        let sentences: Vec<String> = (0..9).map(|number| format!("Sentence {number}.")).collect();
        let documents: std::collections::BTreeSet<String> =
            (0..MADE_DOCUMENTS).map(|number| made_document(number, &sentences)).collect();
        assert_eq!(documents.len(), MADE_DOCUMENTS);
    }

    #[test]
    fn a_checkout_without_corpora_has_something_to_measure() {
        let folder = tempfile::tempdir().unwrap();
        let material = Material::made(folder.path()).unwrap();
        assert_eq!(material.paths.len(), MADE_DOCUMENTS + 1, "the demo brand's folder and what was made");
        let text = fs::read_to_string(&material.paths[1]).unwrap();
        assert!(text.split_whitespace().count() > 1_000, "a made document has passages to embed");
    }
}
