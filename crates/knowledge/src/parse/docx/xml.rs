//! Small questions to XML parts. All readers refuse document type declarations and know no entities but the five of XML.

use quick_xml::{
    Reader,
    events::{BytesRef, BytesStart, Event},
};

/// Deepest nesting of a real document's elements, with room.
pub(super) const DEPTH_LIMIT: usize = 256;

/// The value of an attribute, by its name without prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element
        .attributes()
        .with_checks(false)
        .flatten()
        .find(|attribute| local(attribute.key.as_ref()) == name)
        .map(|attribute| unescape(&attribute.value))
}

/// A name without its prefix.
pub(super) fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

/// A switch like `<w:vanish/>`: on unless it says off.
pub(super) fn is_on(element: &BytesStart<'_>) -> bool {
    !matches!(attribute(element, "val").as_deref(), Some("0" | "false" | "off" | "none"))
}

/// What `&name;` stands for; unknown names stand for nothing.
pub(super) fn entity(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character);
    }
    match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

fn unescape(value: &str) -> String {
    quick_xml::escape::unescape(value).map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned)
}

/// The text of the first element of this name.
pub(super) fn first_text(xml: &str, name: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    let mut text: Option<String> = None;
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) if local(element.name().as_ref()) == name => text = Some(String::new()),
            Event::Text(words) => {
                if let Some(text) = &mut text {
                    text.push_str(&words);
                }
            }
            Event::GeneralRef(reference) => {
                if let Some(text) = &mut text {
                    text.extend(entity(&reference));
                }
            }
            Event::End(element) if local(element.name().as_ref()) == name => {
                return text.filter(|text| !text.trim().is_empty());
            }
            Event::DocType(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

/// The target of the first relationship whose type ends so.
pub(super) fn relationship_target(xml: &str, ending: &str) -> Option<String> {
    let mut reader = Reader::from_str(xml);
    loop {
        match reader.read_event().ok()? {
            Event::Start(element) | Event::Empty(element)
                if attribute(&element, "Type").is_some_and(|kind| kind.ends_with(ending)) =>
            {
                return attribute(&element, "Target");
            }
            Event::DocType(_) | Event::Eof => return None,
            _ => {}
        }
    }
}

/// Visible characters in all `w:t` and `m:t`, fallbacks left out: what a reader must have kept or dropped on purpose.
///
/// Counts by itself, apart from the reader proper, so that a mistake there shows.
pub(super) fn text_characters(xml: &str) -> usize {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = false;
    let (mut fallbacks, mut texts, mut count) = (0_usize, 0_usize, 0);
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(element) => match local(element.name().as_ref()) {
                "Fallback" => fallbacks += 1,
                "t" => texts += 1,
                _ => {}
            },
            Event::End(element) => match local(element.name().as_ref()) {
                "Fallback" => fallbacks = fallbacks.saturating_sub(1),
                "t" => texts = texts.saturating_sub(1),
                _ => {}
            },
            Event::Text(words) if texts > 0 && fallbacks == 0 => {
                count += words.chars().filter(|character| !character.is_whitespace()).count();
            }
            Event::GeneralRef(_) if texts > 0 && fallbacks == 0 => count += 1,
            Event::Eof => break,
            _ => {}
        }
    }
    count
}
