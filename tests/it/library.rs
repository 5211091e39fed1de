//! Stories about a library over the real program: kills, brands apart, files that move, pages, folders, erasing.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use quillhouse_tests::{Quillhouse, corpus, demo_documents};
use rusqlite::Connection;
use serde_json::Value;

const CANARY: &str = "Zylquavern8841";

fn add(quillhouse: &Quillhouse, brand: &str, path: &Path) -> Value {
    quillhouse.run(&["library", "add", brand, &path.to_string_lossy()]).done()
}

fn documents(quillhouse: &Quillhouse, brand: &str) -> Vec<Value> {
    quillhouse.run(&["library", "list", brand]).done()["documents"].as_array().unwrap().clone()
}

fn found(quillhouse: &Quillhouse, brand: &str, query: &str) -> String {
    quillhouse.run(&["library", "search", brand, query]).done()["hits"].to_string()
}

fn guide(subject: &str) -> String {
    format!(
        "# {subject}\n\nThis guide explains what everybody should know about {subject} before winter comes.\n\n\
         ## Prices\n\nA ticket for {subject} costs 40 kroner in winter and 55 kroner in summer, children pay half.\n"
    )
}

/// Files below the folder that hold the text, in any case of its letters.
fn files_with(folder: &Path, text: &str) -> Vec<PathBuf> {
    let (text, mut found) = (text.to_lowercase(), Vec::new());
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, &text));
            continue;
        }
        let bytes = fs::read(&path).unwrap_or_default().to_ascii_lowercase();
        let named = path.to_string_lossy().to_lowercase().contains(&text);
        if named || bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(path);
        }
    }
    found
}

#[test]
fn two_brands_with_the_same_file_name_never_see_each_other() {
    let quillhouse = Quillhouse::new();
    for (brand, subject) in [("North", "the lighthouse tour"), ("South", "the vineyard walk")] {
        quillhouse.run(&["brand", "create", brand]).done();
        let folder = quillhouse.scratch().join(brand);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("guide.md"), guide(subject)).unwrap();
        assert_eq!(add(&quillhouse, brand, &folder)["added"], 1);
    }
    for (brand, own, other) in [("North", "lighthouse", "vineyard"), ("South", "vineyard", "lighthouse")] {
        for query in [own, other, "what does a ticket cost in winter"] {
            let hits = found(&quillhouse, brand, query);
            assert!(!hits.contains(other), "{brand} is asked for `{query}` and answers from the other brand: {hits}");
        }
        assert!(found(&quillhouse, brand, own).contains(own), "{brand} finds its own");
    }
    quillhouse.run(&["brand", "erase", "North", "--yes"]).done();
    assert!(found(&quillhouse, "South", "vineyard").contains("vineyard"), "the other one is untouched");
    // The data folder lies beside the documents: adding everything must not bring one brand's copies into another.
    quillhouse.run(&["brand", "create", "West"]).done();
    let everything = quillhouse.data();
    let added = add(&quillhouse, "West", everything.parent().unwrap());
    let names: Vec<&str> =
        added["documents"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["guide.md", "guide.md"], "the files of the scratch folder and nothing else");
}

#[test]
fn adding_again_renaming_and_editing_give_no_duplicate() {
    let quillhouse = Quillhouse::new();
    quillhouse.run(&["brand", "create", "Acme"]).done();
    let folder = quillhouse.scratch().join("papers");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("guide.md"), guide("the ferry")).unwrap();
    assert_eq!(add(&quillhouse, "Acme", &folder)["added"], 1);
    let id = documents(&quillhouse, "Acme")[0]["id"].clone();
    let again = add(&quillhouse, "Acme", &folder);
    assert_eq!((&again["added"], &again["unchanged"]), (&0.into(), &1.into()));
    fs::rename(folder.join("guide.md"), folder.join("handbook.md")).unwrap();
    assert_eq!(add(&quillhouse, "Acme", &folder)["moved"], 1);
    fs::write(folder.join("handbook.md"), guide("the night ferry")).unwrap();
    let edited = add(&quillhouse, "Acme", &folder);
    assert_eq!((&edited["added"], &edited["replaced"]), (&1.into(), &1.into()));
    let left = documents(&quillhouse, "Acme");
    assert_eq!(left.len(), 1, "one file, one document: {left:?}");
    assert_eq!((&left[0]["id"], &left[0]["name"]), (&id, &"handbook.md".into()), "and always the same one");
    assert!(found(&quillhouse, "Acme", "night ferry").contains("night ferry"), "the new edition is found");
    fs::create_dir_all(folder.join("deep")).unwrap();
    fs::write(folder.join("deep/handbook.md"), guide("the museum")).unwrap();
    add(&quillhouse, "Acme", &folder);
    let refused = quillhouse.run(&["library", "show", "Acme", "handbook.md"]).refused(2);
    assert!(refused.contains(id.as_str().unwrap()), "two of one name are told apart by id: {refused}");
}

#[test]
fn erasing_leaves_no_byte_of_a_canary() {
    let quillhouse = Quillhouse::new();
    let folder = quillhouse.scratch().join("papers");
    fs::create_dir_all(&folder).unwrap();
    let file = format!("{CANARY} plan.md");
    fs::write(folder.join(&file), guide(&format!("the {CANARY} crossing"))).unwrap();
    let data = quillhouse.data();
    quillhouse.brand_with("Ferry", &demo_documents());
    let with_canary = || {
        add(&quillhouse, "Ferry", &folder);
        assert!(found(&quillhouse, "Ferry", CANARY).contains(CANARY), "it is there to be erased");
        assert!(!files_with(&data, CANARY).is_empty(), "the search for it works");
    };

    with_canary();
    let receipt = quillhouse.run(&["library", "remove", "Ferry", &file]).done();
    assert_eq!((&receipt["scope"], &receipt["verified"]), (&"document".into(), &true.into()), "{receipt}");
    assert_eq!(files_with(&data, CANARY), Vec::<PathBuf>::new(), "the document is erased");
    assert!(!found(&quillhouse, "Ferry", "winter crossing").contains(CANARY), "and does not answer");

    with_canary();
    let receipt = quillhouse.run(&["brand", "erase", "Ferry", "--yes"]).done();
    assert_eq!((&receipt["scope"], &receipt["verified"]), (&"brand".into(), &true.into()), "{receipt}");
    assert_eq!(files_with(&data, CANARY), Vec::<PathBuf>::new(), "the brand is erased");

    quillhouse.run(&["brand", "create", &format!("{CANARY} Ltd")]).done();
    quillhouse.run(&["library", "add", &format!("{CANARY} Ltd"), &folder.to_string_lossy()]).done();
    let refused = quillhouse.run(&["data", "erase"]).refused(2);
    assert!(refused.contains("erase everything"), "it is asked for by its words: {refused}");
    let receipt = quillhouse.run(&["data", "erase", "--confirm", "erase everything"]).done();
    assert_eq!((&receipt["scope"], &receipt["verified"]), (&"everything".into(), &true.into()), "{receipt}");
    assert_eq!(files_with(&data, CANARY), Vec::<PathBuf>::new(), "everything is erased");
}

#[test]
fn erasing_reaches_the_records_of_runs_and_marks_the_pieces_that_quote() {
    let quillhouse = Quillhouse::new();
    let folder = quillhouse.scratch().join("papers");
    fs::create_dir_all(&folder).unwrap();
    let file = format!("{CANARY} plan.md");
    fs::write(folder.join(&file), guide(&format!("the {CANARY} crossing"))).unwrap();
    quillhouse.brand_with("Ferry", &demo_documents());
    add(&quillhouse, "Ferry", &folder);
    let topic = [
        "write",
        "Ferry",
        "--topic",
        "Winter crossing tickets",
        "--types",
        "blog",
        "--model",
        "none",
        "--words",
        "400",
    ];
    quillhouse.run(&topic).done();
    let database = quillhouse.brand_database();
    let count =
        |query: &str| -> u32 { Connection::open(&database).unwrap().query_row(query, [], |row| row.get(0)).unwrap() };
    assert!(count("SELECT count(*) FROM step WHERE output_json LIKE '%Zylquavern8841%'") > 0, "the run used it");
    let receipt = quillhouse.run(&["library", "remove", "Ferry", &file]).done();
    assert_eq!(count("SELECT count(*) FROM step WHERE output_json LIKE '%Zylquavern8841%'"), 0, "{receipt}");
    assert_eq!(count("SELECT count(*) FROM content_cache"), 0, "and is not shown again as it was");
    let quoting = count("SELECT count(*) FROM revision WHERE citations_json LIKE '%Zylquavern8841%'");
    assert_eq!(count("SELECT count(*) FROM piece WHERE erased_sources > 0"), quoting, "{receipt}");
    let pieces = quillhouse.run(&["piece", "list", "Ferry"]).done();
    assert_eq!(pieces["pieces"].as_array().unwrap().len(), 1, "a piece is the user's own work");
}

/// Answers every request with the same status line, headers and body.
fn serve(answer: impl Fn(&str) -> String + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(&stream);
            let mut first = String::new();
            if reader.read_line(&mut first).is_err() {
                continue;
            }
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|count| count > 2) {
                line.clear();
            }
            let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
            let _ = (&stream).write_all(answer(&path).as_bytes());
        }
    });
    port
}

fn response(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

#[test]
fn a_page_is_fetched_once_asked_for_and_kept_with_its_address() {
    let quillhouse = Quillhouse::new();
    quillhouse.run(&["brand", "create", "Acme"]).done();
    let page =
        format!("<!DOCTYPE html><html><body><main><h1>Ferry</h1><p>{}</p></main></body></html>", guide("the ferry"));
    let port = serve(move |path| match path {
        "/guide" => response("200 OK", "Content-Type: text/html\r\n", &page),
        "/old" => response("301 Moved Permanently", "Location: /guide\r\n", ""),
        "/away" => response("302 Found", "Location: http://example.org/\r\n", ""),
        _ => response("404 Not Found", "", "no"),
    });
    let address = |path: &str| format!("http://127.0.0.1:{port}{path}");
    let add = |path: &str| quillhouse.run(&["library", "add", "Acme", &address(path)]);
    let added = add("/old").done();
    assert_eq!(added["documents"][0]["source"], address("/old"), "the address that was typed: {added}");
    assert_eq!((&added["added"], &added["documents"][0]["format"]), (&1.into(), &"html".into()));
    assert_eq!(add("/old").done()["unchanged"], 1, "the same page is known");
    let refused = add("/away").refused(2);
    assert!(refused.contains("example.org") && refused.contains("another site"), "{refused}");
    assert!(add("/nothing").refused(1).contains("404"), "a page that is not there is no document");
    let ledger = Connection::open(quillhouse.data().join("app.db")).unwrap();
    let pages: u32 = ledger
        .query_row(
            "SELECT count(*) FROM ledger_entry WHERE purpose = 'library page' AND host = '127.0.0.1'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert!(pages >= 6, "every request is in the ledger, also those that were redirected: {pages}");
    let elsewhere: u32 =
        ledger.query_row("SELECT count(*) FROM ledger_entry WHERE host <> '127.0.0.1'", [], |row| row.get(0)).unwrap();
    assert_eq!(elsewhere, 0, "nothing else was asked");
    ledger.execute("INSERT INTO setting VALUES ('sealed', 'true')", []).unwrap();
    drop(ledger);
    let sealed = quillhouse.run(&["library", "add", "Acme", "https://example.org/guide"]).refused(2);
    assert!(sealed.contains("Sealed mode") && sealed.contains("Nothing was added"), "{sealed}");
}

#[cfg(unix)]
#[test]
fn what_happens_in_a_watched_folder_happens_in_the_library() {
    let quillhouse = Quillhouse::new();
    quillhouse.run(&["brand", "create", "Acme"]).done();
    let folder = quillhouse.scratch().join("watched");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("first.md"), guide("the ferry")).unwrap();
    std::os::unix::fs::symlink(&folder, folder.join("loop")).unwrap();
    let mut child = quillhouse.start(&["library", "watch", "Acme", &folder.to_string_lossy()]);
    let output = BufReader::new(child.stdout.take().unwrap());
    let (told, heard) = std::sync::mpsc::channel();
    thread::spawn(move || {
        for line in output.lines().map_while(Result::ok) {
            let Ok(event) = serde_json::from_str::<Value>(&line) else { continue };
            if told.send(event).is_err() {
                return;
            }
        }
    });
    let ready = |name: &str| {
        let deadline = Instant::now() + Duration::from_mins(1);
        while let Ok(event) = heard.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if event["name"] == name && event["state"] == "ready" {
                return true;
            }
        }
        false
    };
    assert!(ready("first.md"), "what is there already comes in");
    fs::write(folder.join("second.md"), guide("the museum")).unwrap();
    assert!(ready("second.md"), "what is put into it comes in");
    fs::write(folder.join("second.md"), guide("the museum and its garden")).unwrap();
    assert!(ready("second.md"), "what changes is read again");
    fs::remove_file(folder.join("first.md")).unwrap();
    assert!(ready("first.md"), "what is deleted is told");
    fs::remove_dir_all(&folder).unwrap();
    quillhouse_tests::kill_group(&mut child);
    let left = documents(&quillhouse, "Acme");
    assert_eq!(left.len(), 2, "nothing is erased by a deleted file or folder: {left:?}");
    let missing = left.iter().find(|row| row["name"] == "first.md").unwrap();
    assert_eq!(missing["source_missing"], true, "but it is marked");
    let status = quillhouse.run(&["library", "status", "Acme"]).done();
    assert_eq!(status["watched"][0]["state"], "missing", "the folder is kept in mind: {status}");
    let refused = quillhouse.run(&["library", "watch", "Acme", &quillhouse.data().to_string_lossy()]).refused(2);
    assert!(refused.contains("own data"), "{refused}");
}

#[test]
fn a_mixed_batch_of_real_files_ends_with_every_file_classified() {
    let Some(pdfs) = corpus("pdf") else { return };
    let quillhouse = Quillhouse::new();
    quillhouse.run(&["brand", "create", "Acme"]).done();
    let folder = quillhouse.scratch().join("mixed");
    fs::create_dir_all(&folder).unwrap();
    let mut names: Vec<PathBuf> =
        fs::read_dir(pdfs).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    names.sort();
    // A fixed sample, the smallest of every twentieth, so that the story stays quick.
    for path in names.iter().step_by(20).filter(|path| fs::metadata(path).is_ok_and(|file| file.len() < 300_000)) {
        fs::copy(path, folder.join(path.file_name().unwrap())).unwrap();
    }
    fs::write(folder.join("empty.pdf"), b"").unwrap();
    fs::write(folder.join("fake.pdf"), b"%PDF-1.7\nnot really").unwrap();
    fs::write(folder.join("fake.docx"), b"PK\x03\x04 broken").unwrap();
    let given = fs::read_dir(&folder).unwrap().count();
    let added = add(&quillhouse, "Acme", &folder);
    let listed = documents(&quillhouse, "Acme");
    let skipped = added["skipped"].as_array().unwrap().len();
    let same = added["unchanged"].as_u64().unwrap() as usize;
    assert_eq!(listed.len() + skipped + same, given, "no file is lost: {added}");
    for document in listed {
        let state = document["state"].as_str().unwrap();
        assert!(["ready", "partial", "rejected", "failed"].contains(&state), "{document}");
        let said = document["problems"]
            .as_array()
            .unwrap()
            .iter()
            .all(|problem| problem["message"].as_str().unwrap().contains(' '));
        assert!(
            state == "ready" || said && !document["problems"].as_array().unwrap().is_empty(),
            "why is said: {document}"
        );
    }
}
