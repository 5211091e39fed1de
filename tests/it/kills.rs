//! A run and a batch of documents survive being killed at any moment, as often as it happens.

use std::{
    collections::BTreeMap,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use quillhouse_tests::{Quillhouse, demo_documents, kill_group};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use rusqlite::{Connection, OpenFlags};

/// Kills in each of the three tests.
const KILLS: u32 = 50;

/// Waits for the process, at most this long; true when it ended by itself.
fn ended_within(child: &mut Child, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    loop {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        thread::park_timeout(left.min(Duration::from_millis(5)));
    }
}

fn database(quillhouse: &Quillhouse) -> Connection {
    Connection::open_with_flags(quillhouse.brand_database(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

fn number(connection: &Connection, query: &str, run: &str) -> u32 {
    connection.query_row(query, [run], |row| row.get(0)).unwrap()
}

fn assert_sound(connection: &Connection) {
    let verdict: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok", "a kill never damages the database");
}

/// Runs of the brand as the log has them, the newest last.
fn newest_run(connection: &Connection) -> Option<(String, String)> {
    connection
        .query_row("SELECT id, state FROM run ORDER BY created_at DESC, id DESC LIMIT 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .ok()
}

fn assert_each_step_was_done_once(connection: &Connection, run: &str) {
    let mut statement = connection.prepare("SELECT event_json FROM run_event WHERE run_id = ?1").unwrap();
    let mut done: BTreeMap<String, u32> = BTreeMap::new();
    for event in statement.query_map([run], |row| row.get::<_, String>(0)).unwrap() {
        let event: serde_json::Value = serde_json::from_str(&event.unwrap()).unwrap();
        if event["event"] == "step_done" {
            *done.entry(event["key"].as_str().unwrap().to_owned()).or_default() += 1;
        }
    }
    let twice: Vec<_> = done.iter().filter(|(_, count)| **count != 1).collect();
    assert!(twice.is_empty(), "no step is done twice: {twice:?}");
    let steps = number(connection, "SELECT count(*) FROM step WHERE run_id = ?1 AND state = 'done'", run);
    assert_eq!(steps as usize, done.len(), "the log and the steps tell the same");
}

const BRIEF: [&str; 11] = [
    "--topic",
    "Crossing the fjord in winter",
    "--keywords",
    "winter crossing",
    "--types",
    "blog,social,audio,video",
    "--networks",
    "linkedin,x",
    "--words",
    "500",
    "--no-cache",
];

fn survives(model: &str, kills_wanted: u32, longest: Duration, seed: u64) {
    let quillhouse = Quillhouse::new();
    quillhouse.brand_with("Ferry", &demo_documents());
    let mut write = vec!["write", "Ferry", "--model", model];
    write.extend(BRIEF);
    let expected = quillhouse.run(&write).done()["pieces"].as_array().unwrap().len();
    assert_eq!(expected, 5, "an article, two posts, two scripts");
    let mut random = StdRng::seed_from_u64(seed);
    let (mut kills, mut runs) = (0, 0);
    while kills < kills_wanted {
        let before = newest_run(&database(&quillhouse)).map(|(id, _)| id);
        let mut kills_of_run = 0;
        let mut child = quillhouse.start(&write);
        loop {
            let limit = longest.mul_f64(random.random::<f64>());
            let ended = ended_within(&mut child, limit);
            if !ended {
                kill_group(&mut child);
                kills += 1;
                kills_of_run += 1;
            }
            let connection = database(&quillhouse);
            assert_sound(&connection);
            let (run, state) = newest_run(&connection).unwrap();
            if Some(&run) == before.as_ref() {
                // Killed before the run was stored: nothing was promised yet.
                break;
            }
            if ended {
                assert_eq!(state, "done", "a run that ends ends well");
                let pieces = number(&connection, "SELECT count(*) FROM piece WHERE run_id = ?1", &run);
                assert_eq!(pieces as usize, expected, "always the same number of pieces");
                assert_each_step_was_done_once(&connection, &run);
                let steps = number(&connection, "SELECT count(*) FROM step WHERE run_id = ?1", &run);
                let calls = number(&connection, "SELECT count(*) FROM model_call WHERE run_id = ?1", &run);
                assert!(calls <= steps + kills_of_run, "{calls} calls for {steps} steps and {kills_of_run} kills");
                let asked_again = "SELECT count(*) FROM (SELECT 1 FROM model_call WHERE run_id = ?1
                     AND finished_at IS NOT NULL GROUP BY step_key, input_hash HAVING count(*) > 1)";
                assert_eq!(number(&connection, asked_again, &run), 0, "what was answered is not asked again");
                let kept = "SELECT count(*) FROM model_call WHERE run_id = ?1 AND reply_json IS NOT NULL";
                assert_eq!(number(&connection, kept, &run), 0, "answers are kept only until their step is done");
                runs += 1;
                break;
            }
            child = quillhouse.start(&["run", "resume", &run]);
            if kills >= kills_wanted {
                assert!(ended_within(&mut child, Duration::from_mins(2)), "a resumed run comes to its end");
                let connection = database(&quillhouse);
                let (_, state) = newest_run(&connection).unwrap();
                assert_eq!(state, "done", "the last resume finishes the run");
                assert_each_step_was_done_once(&connection, &run);
                let pieces = number(&connection, "SELECT count(*) FROM piece WHERE run_id = ?1", &run);
                assert_eq!(pieces as usize, expected, "always the same number of pieces");
                runs += 1;
                break;
            }
        }
    }
    assert!(runs > 0, "at least one killed run came to its end");
}

#[test]
fn a_composed_run_survives_fifty_kills() {
    survives("none", KILLS, Duration::from_millis(2_500), 20_261_121);
}

#[test]
fn a_run_with_the_small_model_survives_fifty_kills() {
    survives("local/smollm2-135m", KILLS, Duration::from_secs(4), 1_121);
}

/// Every passage with its document's name and its place, as it is stored.
fn passages(quillhouse: &Quillhouse) -> Vec<(String, u32, u32, u32, String, bool)> {
    let connection = database(quillhouse);
    let mut statement = connection
        .prepare(
            "SELECT document.name, ordinal, start_character, end_character, passage.text,
                 EXISTS (SELECT 1 FROM embedding WHERE embedding.text_hash = passage.text_hash)
             FROM passage JOIN document ON document.id = document_id ORDER BY document.name, ordinal",
        )
        .unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn adding_documents_survives_a_hundred_kills() {
    const INGEST_KILLS: u32 = 100;
    let quillhouse = Quillhouse::new();
    let reference = Quillhouse::new();
    let started = Instant::now();
    reference.brand_with("Ferry", &demo_documents());
    // An undisturbed ingest ends within this time, so that kills fall anywhere into it.
    let whole = started.elapsed().min(Duration::from_secs(3));
    quillhouse.run(&["brand", "create", "Ferry"]).done();
    let mut random = StdRng::seed_from_u64(7);
    let documents = demo_documents();
    let add = ["library", "add", "Ferry", &documents.to_string_lossy()];
    let add: Vec<&str> = add.iter().map(AsRef::as_ref).collect();
    let mut kills = 0;
    while kills < INGEST_KILLS {
        let mut child = quillhouse.start(&add);
        if ended_within(&mut child, whole.mul_f64(random.random::<f64>())) {
            let listed = quillhouse.run(&["library", "list", "Ferry"]).done();
            for document in listed["documents"].as_array().unwrap() {
                let document = document["id"].as_str().unwrap();
                quillhouse.run(&["library", "remove", "Ferry", document]).done();
            }
        } else {
            kill_group(&mut child);
            kills += 1;
        }
        assert_sound(&database(&quillhouse));
    }
    quillhouse.run(&add).done();
    let listed = quillhouse.run(&["library", "list", "Ferry"]).done();
    for document in listed["documents"].as_array().unwrap() {
        assert_eq!(document["state"], "ready", "every document is ready: {document}");
    }
    assert_eq!(
        passages(&quillhouse),
        passages(&reference),
        "the same passages as without a kill, each with its vector"
    );
    let orphans = "SELECT count(*) FROM embedding WHERE text_hash NOT IN (SELECT text_hash FROM passage) AND ?1 = ?1";
    assert_eq!(number(&database(&quillhouse), orphans, ""), 0, "no vector is left of what was erased");
    let status = quillhouse.run(&["library", "status", "Ferry"]).done();
    assert_eq!(status["index"], "ready", "{status}");
}
