//! Every handle of `app.db` once.

use quillhouse_domain::{Coded as _, ErrorCode, ModelId};
use quillhouse_store::{LedgerEntryRow, ModelProbeRow, SettingRow};

use crate::fixtures::{Fixture, NOW, brand, id};

#[tokio::test]
async fn brands_are_found_by_name_in_any_case_and_script() {
    let fixture = Fixture::new().await;
    let app = fixture.data.app();
    app.write(|app| app.brands().insert(&brand(2, "Ärztehaus"))).await.unwrap();
    let found = app.read(|app| app.brands().get_by_name(" äRZTEHAUS ")).await.unwrap();
    assert_eq!(found, Some(brand(2, "Ärztehaus")));
    let error = app.write(|app| app.brands().insert(&brand(3, "ÄRZTEHAUS"))).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AlreadyExists, "SQLite's own NOCASE would let this through: {error}");
    let names: Vec<String> =
        app.read(|app| app.brands().list()).await.unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["Acme", "Ärztehaus"]);
}

#[tokio::test]
async fn brand_names_outside_the_rules_are_refused_with_the_rule() {
    let fixture = Fixture::new().await;
    for (name, part) in [
        ("", "empty"),
        (" Acme", "white space"),
        ("Two\nlines", "control characters"),
        (&"x".repeat(121), "121 characters"),
    ] {
        let row = brand(2, name);
        let error = fixture.data.app().write(move |app| app.brands().insert(&row)).await.unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidInput);
        assert!(error.to_string().contains(part), "{error}");
    }
    let row = brand(2, &"ö".repeat(120));
    fixture.data.app().write(move |app| app.brands().insert(&row)).await.expect("characters count, not bytes");
}

#[tokio::test]
async fn a_brand_can_be_renamed_coloured_and_deleted() {
    let fixture = Fixture::new().await;
    let app = fixture.data.app();
    app.write(|app| {
        app.brands().insert(&brand(2, "Beta"))?;
        app.brands().rename(id(2), "BETA")?;
        app.brands().set_color(id(2), 9)
    })
    .await
    .unwrap();
    let row = app.read(|app| app.brands().get(id(2))).await.unwrap();
    assert_eq!((row.name.as_str(), row.color), ("BETA", 9), "a brand may change the case of its own name");
    let error = app.write(|app| app.brands().rename(id(2), "acme")).await.unwrap_err();
    assert_eq!(error.code(), ErrorCode::AlreadyExists);
    app.write(|app| app.brands().delete(id(2))).await.unwrap();
    for outcome in [
        app.write(|app| app.brands().delete(id(2))).await,
        app.write(|app| app.brands().rename(id(2), "Gamma")).await,
        app.write(|app| app.brands().set_color(id(2), 1)).await,
        app.read(|app| app.brands().get(id(2)).map(|_| ())).await,
    ] {
        assert_eq!(outcome.unwrap_err().code(), ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn settings_are_put_read_listed_and_reset() {
    let fixture = Fixture::new().await;
    let app = fixture.data.app();
    app.write(|app| {
        app.settings().put("theme", r#""dark""#)?;
        app.settings().put("theme", r#""light""#)
    })
    .await
    .unwrap();
    assert_eq!(app.read(|app| app.settings().get("theme")).await.unwrap().as_deref(), Some(r#""light""#));
    let all = app.read(|app| app.settings().list()).await.unwrap();
    assert_eq!(all, [SettingRow { key: "theme".to_owned(), value_json: r#""light""#.to_owned() }]);
    assert!(app.write(|app| app.settings().put("theme", "dark")).await.is_err(), "a bare word is not JSON");
    app.write(|app| app.settings().delete("theme")).await.unwrap();
    assert_eq!(app.read(|app| app.settings().get("theme")).await.unwrap(), None);
}

#[tokio::test]
async fn a_probe_replaces_the_models_former_one() {
    let fixture = Fixture::new().await;
    let app = fixture.data.app();
    let model: ModelId = "ollama/llama3.2:1b".parse().unwrap();
    let probe = |fingerprint: &str| ModelProbeRow {
        model: "ollama/llama3.2:1b".parse().unwrap(),
        fingerprint: fingerprint.to_owned(),
        result_json: "{}".to_owned(),
        probed_at: NOW.to_owned(),
    };
    let (first, second) = (probe("one"), probe("two"));
    app.write(move |app| {
        app.model_probes().put(&first)?;
        app.model_probes().put(&second)
    })
    .await
    .unwrap();
    let (wanted, gone) = (model.clone(), model);
    assert_eq!(app.read(move |app| app.model_probes().get(&wanted)).await.unwrap(), Some(probe("two")));
    assert_eq!(app.read(|app| app.model_probes().list()).await.unwrap().len(), 1);
    app.write(move |app| app.model_probes().delete(&gone)).await.unwrap();
    assert!(app.read(|app| app.model_probes().list()).await.unwrap().is_empty());
}

#[tokio::test]
async fn the_ledger_lists_the_newest_connections_first() {
    let fixture = Fixture::new().await;
    let app = fixture.data.app();
    let entry = |id: i64, host: &str| LedgerEntryRow {
        id,
        at: NOW.to_owned(),
        host: host.to_owned(),
        port: 443,
        purpose: "model download".to_owned(),
        bytes_out: 200,
        bytes_in: 5_000_000_000,
        duration_ms: 90_000,
        outcome: "done".to_owned(),
        address: Some("192.0.2.1".to_owned()),
        brand: None,
        run: Some("0190".to_owned()),
        document: None,
    };
    let (first, second) = (entry(0, "a.example"), entry(0, "b.example"));
    let ids = app.write(move |app| Ok([app.ledger().append(&first)?, app.ledger().append(&second)?])).await.unwrap();
    assert_eq!(ids, [1, 2]);
    assert_eq!(app.read(|app| app.ledger().list(1)).await.unwrap(), [entry(2, "b.example")]);
    assert_eq!(app.read(|app| app.ledger().count()).await.unwrap(), 2);
}

#[tokio::test]
async fn an_attempt_is_in_the_ledger_before_it_is_over_and_is_completed_once() {
    let fixture = Fixture::new().await;
    let app = fixture.data.app();
    let begun = LedgerEntryRow {
        id: 0,
        at: NOW.to_owned(),
        host: "a.example".to_owned(),
        port: 443,
        purpose: "model_chat".to_owned(),
        bytes_out: 0,
        bytes_in: 0,
        duration_ms: 0,
        outcome: LedgerEntryRow::BEGUN.to_owned(),
        address: None,
        brand: Some("0190".to_owned()),
        run: None,
        document: None,
    };
    let first = begun.clone();
    let id = app.write(move |app| app.ledger().append(&first)).await.unwrap();
    assert_eq!(app.read(|app| app.ledger().list(9)).await.unwrap(), [LedgerEntryRow { id, ..begun.clone() }]);
    let over = LedgerEntryRow {
        id,
        host: "not changed".to_owned(),
        address: Some("192.0.2.1".to_owned()),
        bytes_out: 200,
        bytes_in: 90,
        duration_ms: 7,
        outcome: "answered 200".to_owned(),
        ..begun.clone()
    };
    let again = LedgerEntryRow { outcome: "broken".to_owned(), ..over.clone() };
    let elsewhere = LedgerEntryRow { id: id + 1, ..over.clone() };
    let completed = over.clone();
    let done = app
        .write(move |app| {
            let mut ledger = app.ledger();
            Ok([ledger.complete(&completed)?, ledger.complete(&again)?, ledger.complete(&elsewhere)?])
        })
        .await
        .unwrap();
    assert_eq!(done, [true, false, false], "once, and only where it was begun");
    let expected = LedgerEntryRow { host: begun.host, ..over };
    assert_eq!(app.read(|app| app.ledger().list(9)).await.unwrap(), [expected]);
}
