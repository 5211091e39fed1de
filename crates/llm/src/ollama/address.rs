//! Where an Ollama server may be: what people write, turned into addresses to try.

use url::Url;

/// Ollama's own port.
const DEFAULT_PORT: u16 = 11434;

/// Addresses to try, in order. Without a configured one, this machine under the names that differ in practice.
pub(super) fn candidates(configured: Option<&str>) -> Result<Vec<Url>, String> {
    match configured.map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Ok(vec![parse(text)?]),
        None => ["127.0.0.1", "localhost", "[::1]"].into_iter().map(parse).collect(),
    }
}

/// Accepts what `OLLAMA_HOST` accepts: a host, a port, both, or a whole address. An address a server binds to
/// (`0.0.0.0`) is turned into one that can be connected to.
fn parse(text: &str) -> Result<Url, String> {
    let unusable =
        |why: &str| format!("`{text}` is not an address of a server ({why}); write it like `127.0.0.1:11434`");
    let (with_scheme, explicit) = if text.contains("://") {
        (text.to_owned(), true)
    } else if text.matches(':').count() > 1 && !text.starts_with('[') {
        (format!("http://[{text}]"), false)
    } else if text.starts_with(':') {
        (format!("http://127.0.0.1{text}"), false)
    } else {
        (format!("http://{text}"), false)
    };
    let mut url = Url::parse(&with_scheme).map_err(|error| unusable(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unusable("only http and https are known"));
    }
    let host = url.host_str().ok_or_else(|| unusable("it names no host"))?.to_owned();
    // `Url` forgets a port that is the scheme's own, so `host:80` has to be read from the text.
    if !explicit && url.port().is_none() && !with_scheme.trim_end_matches('/').ends_with(":80") {
        url.set_port(Some(DEFAULT_PORT)).map_err(|()| unusable("it takes no port"))?;
    }
    let nearby = match host.as_str() {
        "0.0.0.0" => Some("127.0.0.1"),
        "[::]" => Some("[::1]"),
        _ => None,
    };
    if nearby.is_some() {
        url.set_host(nearby).map_err(|error| unusable(&error.to_string()))?;
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        let folder = format!("{}/", url.path());
        url.set_path(&folder);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_people_write_becomes_an_address() {
        let cases = [
            ("127.0.0.1", "http://127.0.0.1:11434/"),
            ("127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("gpu.lan", "http://gpu.lan:11434/"),
            ("gpu.lan:80", "http://gpu.lan/"),
            (":9999", "http://127.0.0.1:9999/"),
            ("0.0.0.0", "http://127.0.0.1:11434/"),
            ("0.0.0.0:8000", "http://127.0.0.1:8000/"),
            ("http://[::]:8000", "http://[::1]:8000/"),
            ("::1", "http://[::1]:11434/"),
            ("[::1]:5000", "http://[::1]:5000/"),
            ("https://models.example", "https://models.example/"),
            ("http://models.example/ollama", "http://models.example/ollama/"),
            ("  localhost/  ", "http://localhost:11434/"),
        ];
        for (text, expected) in cases {
            assert_eq!(candidates(Some(text)).unwrap()[0].as_str(), expected, "from {text:?}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        for text in ["ftp://models.example", "http://", "host:notaport", "a b"] {
            let said = candidates(Some(text)).unwrap_err();
            assert!(said.contains("127.0.0.1:11434"), "{text:?}: {said}");
        }
    }

    #[test]
    fn without_a_configured_address_this_machine_is_tried_in_three_ways() {
        for configured in [None, Some(""), Some("  ")] {
            let tried: Vec<String> = candidates(configured).unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(tried, ["http://127.0.0.1:11434/", "http://localhost:11434/", "http://[::1]:11434/"]);
        }
    }
}
