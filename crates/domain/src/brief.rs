//! The brief: what the user wants, checked once at the door.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{DocumentId, Language};

/// What may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    /// A blog article.
    Blog,
    /// A post for each network.
    Social,
    /// An audio script.
    Audio,
    /// A video script.
    Video,
}

/// Where a post may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// LinkedIn.
    Linkedin,
    /// X.
    X,
    /// Facebook.
    Facebook,
    /// Instagram.
    Instagram,
    /// Threads.
    Threads,
    /// Bluesky.
    Bluesky,
    /// Mastodon.
    Mastodon,
}

/// The brief breaks a rule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BriefError {
    /// No topic was given.
    #[error("The brief has no topic. Say in a few words what the content is about")]
    TopicMissing,
    /// A field is longer than it may be.
    #[error(
        "The {field} is {length} characters long; at most {limit} are allowed. Put longer material into a document and add it to the library"
    )]
    TooLong {
        /// Which field.
        field: &'static str,
        /// Its length in characters.
        length: usize,
        /// The limit in characters.
        limit: usize,
    },
    /// Too many entries in a list.
    #[error("The brief has {count} {field}; at most {limit} are allowed")]
    TooMany {
        /// Which list.
        field: &'static str,
        /// Its length.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// The length is outside what an article can be.
    #[error("{0} words is outside 150 to 5,000, the lengths an article can have")]
    WordsOutOfRange(u32),
    /// No content type was chosen.
    #[error("No content type is chosen. Choose at least one of blog, social, audio, video")]
    NoContentType,
    /// The word is not a content type.
    #[error("`{0}` is not a content type; use blog, social, audio or video")]
    UnknownContentType(String),
    /// The word is not a network.
    #[error("`{0}` is not a network; use linkedin, x, facebook, instagram, threads, bluesky or mastodon")]
    UnknownNetwork(String),
}

/// A brief as it arrives from a form, a file or the command line; nothing in it has been checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default, deny_unknown_fields)]
pub struct BriefRequest {
    /// What it is about.
    pub topic: String,
    /// Keyphrases, the most important first.
    pub keywords: Vec<String>,
    /// Who reads it.
    pub audience: String,
    /// How it should sound.
    pub tone: String,
    /// Length of the article in words.
    pub words: u32,
    /// What to make.
    pub content_types: Vec<ContentType>,
    /// Where posts go.
    pub networks: Vec<Network>,
    /// Language of the output.
    pub language: Language,
    /// Statements the user vouches for, one sentence each.
    pub facts: Vec<String>,
    /// Only these documents; empty means all.
    pub include_documents: Vec<DocumentId>,
    /// None of these documents.
    pub exclude_documents: Vec<DocumentId>,
}

impl Default for BriefRequest {
    fn default() -> Self {
        Self {
            topic: String::new(),
            keywords: Vec::new(),
            audience: String::new(),
            tone: String::new(),
            words: 800,
            content_types: vec![ContentType::Blog],
            networks: Vec::new(),
            language: Language::En,
            facts: Vec::new(),
            include_documents: Vec::new(),
            exclude_documents: Vec::new(),
        }
    }
}

/// A checked brief: lists are sorted or deduplicated, text is trimmed, limits hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Brief(BriefRequest);

impl Brief {
    /// Longest topic, audience and tone, in characters.
    pub const FIELD_CHARACTERS: usize = 300;
    /// Longest single keyphrase or fact, in characters.
    pub const ENTRY_CHARACTERS: usize = 500;
    /// Most keyphrases or facts.
    pub const ENTRIES: usize = 40;

    /// Checks a request and folds its white space.
    pub fn parse(mut request: BriefRequest) -> Result<Self, BriefError> {
        fn fold(text: &str) -> String {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        fn bounded(field: &'static str, text: &str, limit: usize) -> Result<(), BriefError> {
            let length = text.chars().count();
            if length > limit { Err(BriefError::TooLong { field, length, limit }) } else { Ok(()) }
        }
        for (field, text) in
            [("topic", &mut request.topic), ("audience", &mut request.audience), ("tone", &mut request.tone)]
        {
            *text = fold(text);
            bounded(field, text, Self::FIELD_CHARACTERS)?;
        }
        if request.topic.is_empty() {
            return Err(BriefError::TopicMissing);
        }
        for (field, entries) in [("keywords", &mut request.keywords), ("facts", &mut request.facts)] {
            let mut kept: Vec<String> = Vec::new();
            for entry in entries.iter() {
                let entry = fold(entry);
                bounded(field, &entry, Self::ENTRY_CHARACTERS)?;
                if !entry.is_empty() && !kept.iter().any(|known| known.to_lowercase() == entry.to_lowercase()) {
                    kept.push(entry);
                }
            }
            if kept.len() > Self::ENTRIES {
                return Err(BriefError::TooMany { field, count: kept.len(), limit: Self::ENTRIES });
            }
            *entries = kept;
        }
        if !(150..=5_000).contains(&request.words) {
            return Err(BriefError::WordsOutOfRange(request.words));
        }
        request.content_types.sort_unstable();
        request.content_types.dedup();
        if request.content_types.is_empty() {
            return Err(BriefError::NoContentType);
        }
        request.networks.sort_unstable();
        request.networks.dedup();
        if request.content_types.contains(&ContentType::Social) && request.networks.is_empty() {
            request.networks = vec![Network::Linkedin];
        }
        for documents in [&mut request.include_documents, &mut request.exclude_documents] {
            documents.sort_unstable();
            documents.dedup();
        }
        Ok(Self(request))
    }

    /// What it is about.
    pub fn topic(&self) -> &str {
        &self.0.topic
    }

    /// The keyphrase that scoring looks for: the first keyword, or the topic when there is none.
    pub fn keyphrase(&self) -> &str {
        self.0.keywords.first().map_or(&self.0.topic, String::as_str)
    }

    /// All keyphrases, the most important first.
    pub fn keywords(&self) -> &[String] {
        &self.0.keywords
    }

    /// Who reads it; may be empty.
    pub fn audience(&self) -> &str {
        &self.0.audience
    }

    /// How it should sound; may be empty.
    pub fn tone(&self) -> &str {
        &self.0.tone
    }

    /// Length of the article in words, 150 to 5,000.
    pub const fn words(&self) -> u32 {
        self.0.words
    }

    /// True when this type was asked for.
    pub fn wants(&self, content_type: ContentType) -> bool {
        self.0.content_types.contains(&content_type)
    }

    /// What to make, in a fixed order without repeats.
    pub fn content_types(&self) -> &[ContentType] {
        &self.0.content_types
    }

    /// Where posts go; empty unless posts are wanted.
    pub fn networks(&self) -> &[Network] {
        if self.wants(ContentType::Social) { &self.0.networks } else { &[] }
    }

    /// Language of the output.
    pub const fn language(&self) -> Language {
        self.0.language
    }

    /// Statements the user vouches for.
    pub fn facts(&self) -> &[String] {
        &self.0.facts
    }

    /// Only these documents; empty means all.
    pub fn include_documents(&self) -> &[DocumentId] {
        &self.0.include_documents
    }

    /// None of these documents.
    pub fn exclude_documents(&self) -> &[DocumentId] {
        &self.0.exclude_documents
    }

    /// The request it came from, in its checked form.
    pub const fn as_request(&self) -> &BriefRequest {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Brief {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(BriefRequest::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

macro_rules! words {
    ($type:ident, $error:ident, { $($variant:ident = $word:literal),+ }) => {
        impl $type {
            /// The word used in files, on screens and on the command line.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.word())
            }
        }

        impl FromStr for $type {
            type Err = BriefError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text.trim().to_ascii_lowercase().as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(BriefError::$error(text.chars().take(40).collect())),
                }
            }
        }
    };
}

words!(ContentType, UnknownContentType, { Blog = "blog", Social = "social", Audio = "audio", Video = "video" });
words!(Network, UnknownNetwork, {
    Linkedin = "linkedin", X = "x", Facebook = "facebook", Instagram = "instagram",
    Threads = "threads", Bluesky = "bluesky", Mastodon = "mastodon"
});

#[cfg(test)]
mod tests {
    use super::*;

    fn request(topic: &str) -> BriefRequest {
        BriefRequest { topic: topic.to_owned(), ..BriefRequest::default() }
    }

    #[test]
    fn a_brief_without_a_topic_is_refused() {
        assert_eq!(Brief::parse(request("  \n ")), Err(BriefError::TopicMissing), "white space is no topic");
    }

    #[test]
    fn a_topic_of_a_megabyte_is_refused_with_its_length() {
        let error = Brief::parse(request(&"word ".repeat(200_000))).unwrap_err();
        assert!(error.to_string().contains("999999 characters"), "the sentence names the length: {error}");
    }

    #[test]
    fn the_first_keyword_is_the_keyphrase() {
        let brief = Brief::parse(BriefRequest {
            keywords: vec![" plain  language ".into(), "Plain language".into(), "content".into()],
            ..request("Websites")
        })
        .unwrap();
        assert_eq!(brief.keyphrase(), "plain language");
        assert_eq!(brief.keywords().len(), 2, "the same phrase in another case is one phrase");
    }

    #[test]
    fn posts_without_a_network_go_to_linkedin() {
        let brief =
            Brief::parse(BriefRequest { content_types: vec![ContentType::Social], ..request("Ferries") }).unwrap();
        assert_eq!(brief.networks(), [Network::Linkedin]);
    }

    #[test]
    fn a_stored_brief_is_checked_again_when_it_is_read() {
        let brief = Brief::parse(request("Ferries")).unwrap();
        let json = serde_json::to_string(&brief).unwrap();
        assert_eq!(serde_json::from_str::<Brief>(&json).unwrap(), brief);
        assert!(
            serde_json::from_str::<Brief>(r#"{"topic":""}"#).is_err(),
            "an invalid stored brief cannot exist as a value"
        );
    }
}
