//! A process that is killed while it writes: what it reported as kept is there, and nothing is half there.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use quillhouse_store::DataFolder;
use tempfile::TempDir;

use crate::fixtures::{NOW, activity, brand, id, run};

const FOLDER: &str = "QUILLHOUSE_STORE_TEST_KILL";
/// Each write makes this many events, so that a half-kept write would show.
const EVENTS: u32 = 3;

async fn write_until_killed(folder: &str) {
    let data = DataFolder::open(folder).unwrap();
    let store = if let Ok(store) = data.open_brand(id(1)) {
        store
    } else {
        let store = data.create_brand(brand(1, "Acme")).await.unwrap();
        store
            .write(|brand| {
                brand.activities().insert(&activity(1))?;
                brand.runs().insert(&run(2, 1))
            })
            .await
            .unwrap();
        store
    };
    loop {
        let last = store
            .write(|brand| {
                let mut last = 0;
                for _ in 0..EVENTS {
                    last = brand.runs().append_event(id(2), "{}", NOW)?;
                }
                Ok(last)
            })
            .await
            .unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "kept {last}").unwrap();
        out.flush().unwrap();
    }
}

/// Number in the line a writer printed after a write.
fn kept(line: &str) -> Option<u32> {
    line.rsplit_once("kept ")?.1.trim().parse().ok()
}

#[tokio::test]
async fn a_killed_writer_loses_nothing_it_reported_and_leaves_no_half_write() {
    if let Ok(folder) = env::var(FOLDER) {
        return write_until_killed(&folder).await;
    }
    let disk = TempDir::new().unwrap();
    let mut reported = 0;
    for lines in [1, 2, 5, 9, 14] {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "kill::a_killed_writer_loses_nothing_it_reported_and_leaves_no_half_write",
                "--nocapture",
            ])
            .env(FOLDER, disk.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        reported = output
            .lines()
            .filter_map(|line| kept(&line.unwrap()))
            .nth(lines)
            .expect("the writer prints until it is killed")
            .max(reported);
        child.kill().unwrap();
        child.wait().unwrap();

        let data = DataFolder::open(disk.path()).expect("a killed process does not keep its folder");
        let store = data.open_brand(id(1)).unwrap();
        let events = store.read(|brand| brand.runs().events(id(2))).await.unwrap();
        let sequences: Vec<u32> = events.iter().map(|event| event.sequence).collect();
        let found = sequences.len() as u32;
        assert_eq!(sequences, (1..=found).collect::<Vec<_>>(), "no event is missing in between");
        assert!(found >= reported, "{reported} were reported as kept, {found} are there");
        assert_eq!(found % EVENTS, 0, "a write is kept wholly or not at all");
        assert_eq!(store.integrity_check().await.unwrap(), Vec::<String>::new());
    }
}
