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
        app::{DoctorCheckView, DoctorFindingView as Finding, DoctorView, NoParams, Verdict},
        document::LanguageGapKind,
    },
};

fn check(name: &str, verdict: Verdict, found: Finding) -> DoctorCheckView {
    DoctorCheckView { name: name.to_owned(), verdict, note: found.to_string(), found: Some(found) }
}

fn machine() -> DoctorCheckView {
    let refresh = RefreshKind::nothing().with_memory(MemoryRefreshKind::everything());
    let Ok(system) = System::new_with_specifics(refresh) else {
        return check("machine", Verdict::Attention, Finding::MemoryUnknown);
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (total_bytes, free_bytes) = (system.total_memory() as f64, system.available_memory() as f64);
    let verdict = if free_bytes < f64::from(1 << 30) { Verdict::Attention } else { Verdict::Ok };
    check("machine", verdict, Finding::Machine { count: cores as u32, total_bytes, free_bytes })
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
        check("data folder", Verdict::Ok, Finding::DataSound { path, count: brands.len() as u32 })
    } else {
        check("data folder", Verdict::Wrong, Finding::DataDamaged { path, detail: problems.join("; ") })
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
        Ok(_) => check("parse worker", Verdict::Ok, Finding::ReaderWorks),
        Err(error) => check("parse worker", Verdict::Wrong, Finding::ReaderBroken { detail: error.to_string() }),
    }
}

async fn shipped_embedder(studio: &Studio) -> DoctorCheckView {
    let loaded = match studio.embedder().await {
        Ok(embedder) => embedder.load().await.map_err(CommandError::from),
        Err(error) => Err(error),
    };
    match loaded {
        Ok(()) => check("embedder", Verdict::Ok, Finding::EmbedderLoaded),
        Err(error) => check("embedder", Verdict::Wrong, Finding::EmbedderBroken { detail: error.message }),
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
    (!notes.is_empty()).then(|| {
        let detail = format!("{}. {remedy}", notes.join(". "));
        check("languages", Verdict::Attention, Finding::LanguagesUnknown { detail })
    })
}

async fn writing_model(studio: &Studio) -> DoctorCheckView {
    let chosen = match model::choose(studio, None).await {
        Ok(chosen) => chosen,
        Err(error) => return check("model", Verdict::Wrong, Finding::ModelBroken { detail: error.message }),
    };
    if chosen.id.is_none() {
        return check("model", Verdict::Attention, Finding::NoModel);
    }
    match model::known_probe(studio, &chosen).await {
        Ok(Some(probe)) => check(
            "model",
            Verdict::Ok,
            Finding::ModelWorks {
                model: chosen.id.to_string(),
                way: probe.way,
                tokens_per_second: probe.completion_tokens_per_second,
            },
        ),
        Ok(None) => check("model", Verdict::Ok, Finding::ModelUnexamined { model: chosen.id.to_string() }),
        Err(error) => check("model", Verdict::Wrong, Finding::ModelBroken { detail: error.message }),
    }
}

async fn ollama_server(studio: &Studio) -> DoctorCheckView {
    match model::ollama_models(studio).await {
        Ok(models) if models.is_empty() => check("ollama", Verdict::Attention, Finding::OllamaEmpty),
        Ok(models) => check("ollama", Verdict::Ok, Finding::OllamaModels { count: models.len() as u32 }),
        Err(error) => {
            let detail = model::without_ollama(&error);
            check("ollama", Verdict::Attention, Finding::OllamaAbsent { detail })
        }
    }
}

fn keychain() -> DoctorCheckView {
    // Reading an entry that does not exist tells whether there is a keychain without writing into it.
    let absent = |detail: String| check("keychain", Verdict::Attention, Finding::KeychainAbsent { detail });
    if let Err(error) = keyring::Entry::store_status() {
        return absent(error.to_string());
    }
    match keyring::Entry::new("quillhouse", "doctor").and_then(|entry| entry.get_password()) {
        Ok(_) | Err(keyring::Error::NoEntry) => check("keychain", Verdict::Ok, Finding::KeychainAnswers),
        Err(error) => absent(error.to_string()),
    }
}

fn network(policy: &Policy) -> DoctorCheckView {
    let found = if policy.is_sealed() { Finding::NetworkSealed } else { Finding::NetworkOff };
    check("network", Verdict::Ok, found)
}

pub(crate) async fn examine(studio: &Studio, _: NoParams) -> Result<DoctorView, CommandError> {
    let keychain = tokio::task::spawn_blocking(keychain).await.unwrap_or_else(|error| {
        check("keychain", Verdict::Attention, Finding::KeychainAbsent { detail: error.to_string() })
    });
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
