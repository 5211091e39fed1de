//! Where a provider answers: what people write, turned into the folder under which its interface lies.

use quillhouse_domain::ProviderKind;
use url::Url;

/// The usual place, or the one the user wrote.
pub(super) fn base(kind: ProviderKind, configured: Option<&str>) -> Result<Url, String> {
    let written = configured.map(str::trim).filter(|text| !text.is_empty());
    let Some(text) = written.or(kind.default_base()) else {
        return Err(format!("an {} provider needs an address; write it like `http://127.0.0.1:8080/v1`", kind.name()));
    };
    let unusable = |why: &str| {
        format!("`{text}` is not an address of a provider ({why}); write it like `https://models.example/v1`")
    };
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else if is_near(text) {
        format!("http://{text}")
    } else {
        format!("https://{text}")
    };
    let mut url = Url::parse(&with_scheme).map_err(|error| unusable(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(unusable("only http and https are known"));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err(unusable("it names no host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!(
            "an address with a name or password in it is not used; put the key into its own field, as for `{}`",
            url.host_str().unwrap_or_default()
        ));
    }
    url.set_query(None);
    url.set_fragment(None);
    // People copy the address of one call from the provider's examples.
    for call in ["/chat/completions", "/models", "/messages", "/completions"] {
        if let Some(folder) = url.path().trim_end_matches('/').strip_suffix(call) {
            let folder = folder.to_owned();
            url.set_path(&folder);
        }
    }
    if url.path() == "/" {
        let folder = kind.default_base().and_then(|base| Url::parse(base).ok()).map(|base| base.path().to_owned());
        url.set_path(folder.as_deref().unwrap_or("/v1/"));
    }
    Ok(folder(url))
}

/// Paths are joined to a folder, which ends with a slash.
pub(super) fn folder(mut url: Url) -> Url {
    if !url.path().ends_with('/') {
        let folder = format!("{}/", url.path());
        url.set_path(&folder);
    }
    url
}

fn is_near(text: &str) -> bool {
    let host = text.split(['/', ':']).next().unwrap_or_default();
    host.eq_ignore_ascii_case("localhost") || host.starts_with("127.") || text.starts_with("[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_people_write_becomes_the_folder_of_an_interface() {
        let compatible = ProviderKind::OpenAiCompatible;
        let cases = [
            (ProviderKind::OpenAi, None, "https://api.openai.com/v1/"),
            (ProviderKind::Anthropic, Some(" "), "https://api.anthropic.com/v1/"),
            (ProviderKind::Gemini, Some("gateway.example"), "https://gateway.example/v1beta/"),
            (ProviderKind::Mistral, Some("https://api.mistral.ai/"), "https://api.mistral.ai/v1/"),
            (compatible, Some("127.0.0.1:8080"), "http://127.0.0.1:8080/v1/"),
            (compatible, Some("localhost:1234/v1"), "http://localhost:1234/v1/"),
            (compatible, Some("[::1]:9/v1/"), "http://[::1]:9/v1/"),
            (compatible, Some("openrouter.example/api/v1"), "https://openrouter.example/api/v1/"),
            (compatible, Some("https://x.example/v1/chat/completions?a=b#c"), "https://x.example/v1/"),
            (compatible, Some("http://gpu.lan:8000/v1/models/"), "http://gpu.lan:8000/v1/"),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(base(kind, text).unwrap().as_str(), expected, "from {text:?} for {kind}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example_and_a_password_is_not_repeated() {
        for text in [None, Some("ftp://models.example"), Some("http://"), Some("a b"), Some("host:notaport")] {
            let said = base(ProviderKind::OpenAiCompatible, text).unwrap_err();
            assert!(said.contains("/v1`"), "{text:?}: {said}");
        }
        let said = base(ProviderKind::OpenAi, Some("https://me:hunter2@api.example/v1")).unwrap_err();
        assert!(said.contains("api.example") && !said.contains("hunter2"), "{said}");
    }
}
