//! A brief from a TOML file and options.

use std::{fs::File, io::Read as _, path::Path};

use quillhouse_domain::{BriefRequest, ContentType, Network};
use quillhouse_studio::CommandError;

use crate::arguments::WriteArguments;

/// Largest brief file, in bytes. Longer material belongs into the library.
const BRIEF_BYTES: u64 = 256 * 1024;

fn read(path: &Path) -> Result<BriefRequest, CommandError> {
    let shown = path.display();
    let failed =
        |error: std::io::Error| CommandError::invalid_input(format!("The brief `{shown}` cannot be read: {error}"));
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length > BRIEF_BYTES {
        return Err(CommandError::invalid_input(format!(
            "The brief `{shown}` is {length} bytes long; at most {BRIEF_BYTES} are read. Put longer material into a document and add it to the library"
        )));
    }
    file.take(BRIEF_BYTES).read_to_string(&mut text).map_err(failed)?;
    toml::from_str(&text).map_err(|error| {
        CommandError::invalid_input(format!("The brief `{shown}` is not understood: {}", error.message()))
    })
}

/// The brief of a `write` command. Options win over the file.
pub(crate) fn request(arguments: &WriteArguments) -> Result<BriefRequest, CommandError> {
    let mut brief = match &arguments.brief {
        Some(path) => read(path)?,
        None => BriefRequest::default(),
    };
    if let Some(topic) = &arguments.topic {
        brief.topic.clone_from(topic);
    }
    if let Some(keywords) = &arguments.keywords {
        brief.keywords.clone_from(keywords);
    }
    if let Some(audience) = &arguments.audience {
        brief.audience.clone_from(audience);
    }
    if let Some(tone) = &arguments.tone {
        brief.tone.clone_from(tone);
    }
    if let Some(words) = arguments.words {
        brief.words = words;
    }
    if let Some(types) = &arguments.types {
        brief.content_types = types.iter().map(|word| word.parse::<ContentType>()).collect::<Result<_, _>>()?;
    }
    if let Some(networks) = &arguments.networks {
        brief.networks = networks.iter().map(|word| word.parse::<Network>()).collect::<Result<_, _>>()?;
    }
    if let Some(language) = &arguments.language {
        brief.language = language
            .parse()
            .map_err(|error: quillhouse_domain::LanguageError| CommandError::invalid_input(error.to_string()))?;
    }
    if let Some(facts) = &arguments.facts {
        brief.facts.clone_from(facts);
    }
    Ok(brief)
}
