//! The doctor: looks at everything a run needs and says how it is, one sentence each.

use quillhouse_egress::Policy;
use quillhouse_knowledge::{
    embed::embedder_of_vectors,
    parse::{ParseLimits, ParseSource, ParseWorker},
};
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use crate::{
    CommandError, Studio, embedder,
    library::language_gap,
    model,
    views::{
        app::{DoctorCheckView, DoctorView, NoParams, Verdict},
        document::LanguageGapKind,
    },
};

fn check(name: &str, verdict: Verdict, note: impl Into<String>) -> DoctorCheckView {
    DoctorCheckView { name: name.to_owned(), verdict, note: note.into() }
}

fn machine() -> DoctorCheckView {
    let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::everything());
    let Ok(system) = System::new_with_specifics(refresh) else {
        return check("machine", Verdict::Attention, "The system does not tell its memory");
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let gibibytes = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    let (total, free) = (gibibytes(system.total_memory()), gibibytes(system.available_memory()));
    let verdict = if free < 1.0 { Verdict::Attention } else { Verdict::Ok };
    check("machine", verdict, format!("{cores} cores, {total:.1} GiB of memory, {free:.1} GiB of it free"))
}

async fn data_folder(studio: &Studio) -> DoctorCheckView {
    let path = studio.data().path().display().to_string();
    let mut problems = Vec::new();
    match studio.data().app().integrity_check().await {
        Ok(found) => problems.extend(found),
        Err(error) => problems.push(error.to_string()),
    }
    let brands = studio.brands().await.unwrap_or_default();
    for brand in &brands {
        match studio.data().open_brand(brand.id) {
            Ok(store) => match store.integrity_check().await {
                Ok(found) => problems.extend(found),
                Err(error) => problems.push(error.to_string()),
            },
            Err(error) => problems.push(error.to_string()),
        }
    }
    if problems.is_empty() {
        check("data folder", Verdict::Ok, format!("`{path}`, brands: {}, all databases are sound", brands.len()))
    } else {
        check("data folder", Verdict::Wrong, format!("`{path}`: {}", problems.join("; ")))
    }
}

async fn parse_worker(studio: &Studio) -> DoctorCheckView {
    let worker = ParseWorker {
        program: studio.options().worker_program.clone(),
        arguments: vec!["worker".into(), "parse".into()],
        limits: ParseLimits::default(),
    };
    let text = b"# Doctor\n\nOne sentence to read.\n";
    match worker.parse("doctor.md", ParseSource::Bytes(text), |_| {}, std::future::pending()).await {
        Ok(_) => check("parse worker", Verdict::Ok, "Files are read in a process of their own, without network"),
        Err(error) => check("parse worker", Verdict::Wrong, format!("Files cannot be read: {error}")),
    }
}

async fn shipped_embedder(studio: &Studio) -> DoctorCheckView {
    let loaded = match studio.embedder().await {
        Ok(embedder) => embedder.load().await.map_err(CommandError::from),
        Err(error) => Err(error),
    };
    match loaded {
        Ok(()) => {
            check("embedder", Verdict::Ok, "all-MiniLM-L6-v2 is loaded; the library is searched by meaning and words")
        }
        Err(error) => check("embedder", Verdict::Wrong, error.message),
    }
}

/// Brands whose documents are mostly in languages that their embedder does not know, and changes that do not get on.
/// Nothing is opened for it.
async fn languages(studio: &Studio) -> Option<DoctorCheckView> {
    let mut notes = Vec::new();
    for brand in studio.brands().await.unwrap_or_default() {
        let Ok(store) = studio.data().open_brand(brand.id) else { continue };
        let read = store.read(|brand| Ok((brand.documents().list()?, brand.embeddings().in_use()?))).await;
        let Ok((rows, Some(in_use))) = read else { continue };
        let models = studio.options().models_folder.clone();
        let vectors = in_use.clone();
        let spec = tokio::task::spawn_blocking(move || embedder_of_vectors(&models, &vectors)).await.ok().flatten();
        let Some(spec) = spec else {
            notes.push(format!(
                "`{}` was embedded with `{}`, which is not installed any more, so it is searched by words until another embedder has taken its place",
                brand.name,
                embedder::name_of(&in_use)
            ));
            continue;
        };
        if let Some(gap) = language_gap(&rows, spec.languages).filter(|gap| gap.kind == LanguageGapKind::Most) {
            notes.push(format!("`{}`: {}", brand.name, gap.sentence()));
        }
    }
    let remedy = "Bring a multilingual embedder with `quillhouse models import FOLDER` and choose it with `quillhouse models use ID`";
    (!notes.is_empty()).then(|| check("languages", Verdict::Attention, format!("{}. {remedy}", notes.join(". "))))
}

async fn writing_model(studio: &Studio) -> DoctorCheckView {
    let chosen = match model::choose(studio, None).await {
        Ok(chosen) => chosen,
        Err(error) => return check("model", Verdict::Wrong, error.message),
    };
    if chosen.id.is_none() {
        return check(
            "model",
            Verdict::Attention,
            "There is no model; articles are composed from the brand's own sentences",
        );
    }
    match model::known_probe(studio, &chosen).await {
        Ok(Some(probe)) => check(
            "model",
            Verdict::Ok,
            format!(
                "`{}` works {}, {:.0} tokens a second",
                chosen.id,
                serde_json::to_value(probe.way)
                    .ok()
                    .and_then(|way| way.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                probe.completion_tokens_per_second
            ),
        ),
        Ok(None) => {
            check("model", Verdict::Ok, format!("`{}` is there and is examined before its first run", chosen.id))
        }
        Err(error) => check("model", Verdict::Wrong, error.message),
    }
}

async fn ollama_server(studio: &Studio) -> DoctorCheckView {
    match model::ollama_models(studio).await {
        Ok(models) if models.is_empty() => {
            check("ollama", Verdict::Attention, "Ollama answers and has no model; `ollama pull llama3.2` fetches one")
        }
        Ok(models) => check("ollama", Verdict::Ok, format!("Ollama answers with {} models", models.len())),
        Err(error) => check("ollama", Verdict::Attention, model::without_ollama(&error)),
    }
}

fn keychain() -> DoctorCheckView {
    // Reading an entry that does not exist tells whether there is a keychain without writing into it.
    let absent = |detail: &dyn std::fmt::Display| {
        check(
            "keychain",
            Verdict::Attention,
            format!("There is no keychain here ({detail}); no key is stored yet, so nothing is at risk"),
        )
    };
    if let Err(error) = keyring::Entry::store_status() {
        return absent(error);
    }
    match keyring::Entry::new("quillhouse", "doctor").and_then(|entry| entry.get_password()) {
        Ok(_) | Err(keyring::Error::NoEntry) => check("keychain", Verdict::Ok, "The keychain of this computer answers"),
        Err(error) => absent(&error),
    }
}

fn network(policy: &Policy) -> DoctorCheckView {
    let note = if policy.is_sealed() {
        "Sealed: nothing but this computer can be reached"
    } else {
        "No host beyond this computer is allowed"
    };
    check("network", Verdict::Ok, note)
}

pub(crate) async fn examine(studio: &Studio, _: NoParams) -> Result<DoctorView, CommandError> {
    let keychain = tokio::task::spawn_blocking(keychain)
        .await
        .unwrap_or_else(|error| check("keychain", Verdict::Attention, error.to_string()));
    let mut checks = vec![
        machine(),
        data_folder(studio).await,
        parse_worker(studio).await,
        shipped_embedder(studio).await,
        writing_model(studio).await,
        ollama_server(studio).await,
        keychain,
        network(&studio.egress().policy()),
    ];
    checks.extend(languages(studio).await);
    let severity = |verdict: Verdict| match verdict {
        Verdict::Ok => 0,
        Verdict::Attention => 1,
        Verdict::Wrong => 2,
    };
    let verdict =
        checks.iter().map(|check| check.verdict).max_by_key(|verdict| severity(*verdict)).unwrap_or(Verdict::Ok);
    Ok(DoctorView { verdict, checks })
}
