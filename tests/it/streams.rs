//! A stream ends when its viewer leaves it, in the program as well, and work that was started goes on.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use quillhouse_domain::ErrorCode;
use quillhouse_studio::{CommandError, Streams, Studio, StudioOptions, SystemHost};
use quillhouse_tests::{models_folder, program};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::JoinHandle,
    time::timeout,
};

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

async fn studio(folder: &Path) -> (Studio, String) {
    let options = StudioOptions {
        data_folder: folder.to_owned(),
        models_folder: models_folder(),
        worker_program: program("quillhouse"),
        // A port nobody listens on: no story finds an Ollama by chance.
        ollama_address: Some("127.0.0.1:9".to_owned()),
        models: BTreeMap::new(),
        host: Arc::new(SystemHost::new()),
        keychain: false,
        passphrase: None,
    };
    let studio = Studio::open(options).await.unwrap();
    let brand = studio.call("brand_create", json!({ "name": "Bergvik" })).await.unwrap();
    (studio, brand["id"].as_str().unwrap().to_owned())
}

fn note(brand: &str, number: usize) -> Value {
    // `Note 0M`, `Note 0MM` and so on: each text is its own.
    let base64 = format!("Tm90ZSAw{}", ["TQ==", "TU0=", "TU1N", "TU1NTQ==", "TU1NTU0="][number % 5]);
    json!({ "brand": brand, "sources": [{ "kind": "bytes", "name": format!("note-{number}.txt"), "base64": base64 }] })
}

type Watching = (JoinHandle<Result<Value, CommandError>>, UnboundedReceiver<Value>);

/// Watches the library; the receiver ends when nothing of the stream is left that could send.
fn watch(studio: &Studio, streams: &Arc<Streams>, name: &'static str, brand: &str) -> Watching {
    let (studio, streams, payload) = (studio.clone(), Arc::clone(streams), json!({ "brand": brand }));
    let (seen, events) = unbounded_channel();
    let task = tokio::spawn(async move {
        let sink = Arc::new(move |event: Value| drop(seen.send(event)));
        streams.run(&studio, name, "library_watch", payload, sink).await
    });
    (task, events)
}

async fn ends_as_cancelled((task, mut events): Watching) {
    let error = timeout(PATIENCE, task).await.expect("the stream ends").unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Cancelled, "it was ended, it did not fail");
    let closed = async { while events.recv().await.is_some() {} };
    timeout(PATIENCE, closed).await.expect("nothing that could send is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_only_watches_ends_with_its_viewer_and_the_work_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (studio, brand) = studio(folder.path()).await;
    let streams = Arc::new(Streams::default());
    let mut watching = watch(&studio, &streams, "watch", &brand);
    // It has begun once it tells of something that was added.
    let mut added = 0;
    while watching.1.try_recv().is_err() {
        assert!(added < 5, "the library's viewer hears of what is added");
        studio.stream("document_add", note(&brand, added), Arc::new(|_| ())).await.unwrap();
        added += 1;
    }
    assert_eq!(streams.count(), 1);

    let viewer = Arc::clone(&streams);
    let leaving = Arc::new(move |_| viewer.viewer_left());
    let text = "U29tZXRoaW5nIGVsc2UgYWx0b2dldGhlciBzdGFuZHMgaGVyZS4=";
    let sources = json!([{ "kind": "bytes", "name": "other.txt", "base64": text }]);
    let payload = json!({ "brand": brand, "sources": sources });
    let result = streams.run(&studio, "add", "document_add", payload, leaving).await.unwrap();
    assert_eq!(result["added"], 1, "leaving does not stop what was started: {result}");
    ends_as_cancelled(watching).await;
    assert_eq!(streams.count(), 0, "no stream is left on the list");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_can_be_stopped_before_and_after_it_has_begun() {
    let folder = tempfile::tempdir().unwrap();
    let (studio, brand) = studio(folder.path()).await;
    let streams = Arc::new(Streams::default());

    streams.stop("early");
    ends_as_cancelled(watch(&studio, &streams, "early", &brand)).await;

    let watching = watch(&studio, &streams, "late", &brand);
    let begun = async {
        while streams.count() == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, begun).await.expect("the stream is on the list");
    streams.stop("another");
    assert_eq!(streams.count(), 1, "only the one that is named is stopped");
    streams.stop("late");
    ends_as_cancelled(watching).await;
    assert_eq!(streams.count(), 0);
}
