//! Downloads against servers on this machine that behave well, badly, and worse.

pub(crate) mod server;

use std::{
    sync::{Mutex, atomic::Ordering},
    time::Duration,
};

use quillhouse_domain::{Coded as _, ErrorCode};
use quillhouse_egress::{Ledger, LedgerEntry, Outcome, Policy};
use tempfile::TempDir;

use super::*;
use crate::digest::bytes_digest;
use server::{Habit, Server};

#[derive(Default)]
pub(crate) struct Notes(Mutex<Vec<LedgerEntry>>);

impl Ledger for Notes {
    fn record(&self, entry: LedgerEntry) {
        self.0.lock().unwrap().push(entry);
    }
}

pub(crate) fn egress() -> (Egress, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    (Egress::new(notes.clone(), Policy::loopback_only(), Arc::new(|| 1_000)), notes)
}

/// Tries again at once.
pub(crate) fn settings() -> DownloadSettings {
    DownloadSettings {
        checkpoint_bytes: 20_000,
        reserve_bytes: 0,
        retry: RetryPolicy { first_wait_ms: 0, longest_wait_ms: 0, most_attempts: 3 },
        patience: Patience { first: Duration::from_secs(5), next: Duration::from_secs(5) },
        room: Arc::new(|_| None),
    }
}

/// Bytes of which no two stretches are alike.
fn content(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    (0..length).map(next).collect()
}

struct Bench {
    folder: TempDir,
    server: Server,
    request: DownloadRequest,
    content: Vec<u8>,
}

impl Bench {
    async fn new(length: usize, habit: Habit) -> Self {
        let content = content(length, 7);
        let server = Server::start(content.clone(), habit).await;
        let folder = tempfile::tempdir().unwrap();
        let request = DownloadRequest {
            url: server.url(),
            target: folder.path().join("models").join("m.gguf"),
            sha256: Some(bytes_digest(&content)),
            known_from: ChecksumSource::Catalogue,
            size_bytes: Some(length as u64),
            gguf: false,
        };
        Self { folder, server, request, content }
    }

    async fn run(&self) -> Result<Downloaded, DownloadError> {
        self.run_with(&settings(), &DownloadControl::new()).await
    }

    async fn run_with(
        &self,
        settings: &DownloadSettings,
        control: &DownloadControl,
    ) -> Result<Downloaded, DownloadError> {
        let result = download(&egress().0, &self.request, settings, control, &|_| {}).await;
        self.is_whole_or_absent();
        result
    }

    fn is_whole_or_absent(&self) {
        match std::fs::read(&self.request.target) {
            Ok(bytes) => assert!(bytes == self.content, "the file is {} bytes of something else", bytes.len()),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::NotFound),
        }
    }

    fn files(&self) -> Vec<String> {
        let folder = self.folder.path().join("models");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn a_file_comes_whole_with_its_checksum_and_is_not_fetched_again() {
    let bench = Bench::new(300_000, Habit::default()).await;
    let done = bench.run().await.unwrap();
    assert_eq!(done.sha256, bytes_digest(&bench.content));
    assert_eq!((done.size_bytes, done.checked), (300_000, ChecksumSource::Catalogue));
    assert_eq!(bench.files(), ["m.gguf"], "neither a part nor a journal stays");
    assert_eq!(bench.run().await.unwrap(), done);
    assert_eq!(bench.server.requests(), 1, "what is there is not fetched again");

    std::fs::write(&bench.request.target, content(300_000, 8)).unwrap();
    let _ = download(&egress().0, &bench.request, &settings(), &DownloadControl::new(), &|_| {}).await.unwrap();
    bench.is_whole_or_absent();
    assert_eq!(bench.server.requests(), 2, "a file of the right size and another content is fetched anew");
}

#[tokio::test]
async fn interrupted_at_a_hundred_random_places_the_file_is_whole_in_the_end() {
    let bench = Bench::new(400_000, Habit::default()).await;
    let mut places = content(200, 99).into_iter().map(usize::from);
    let mut sent = Vec::new();
    for _ in 0..100 {
        let place = (places.next().unwrap() * 256 + places.next().unwrap()) % 8_000;
        bench.server.cut_after(place);
        let settings = DownloadSettings { retry: RetryPolicy { most_attempts: 1, ..settings().retry }, ..settings() };
        let error = bench.run_with(&settings, &DownloadControl::new()).await.unwrap_err();
        assert!(matches!(error, DownloadError::CutOff { .. } | DownloadError::Egress(_)), "{error}");
        sent.push(place);
    }
    bench.server.cut_after(usize::MAX);
    bench.run().await.unwrap();
    assert_eq!(bench.server.requests(), 101);
    let sent: usize = sent.iter().sum();
    let all = bench.server.sent_bytes.load(Ordering::SeqCst);
    assert!(
        all <= 400_000 + 100 * 4_096,
        "{all} bytes were sent, {sent} of them before interruptions: nothing came twice"
    );
}

#[tokio::test]
async fn within_one_download_interruptions_are_overcome_as_long_as_something_comes() {
    let bench = Bench::new(200_000, Habit::default()).await;
    bench.server.cut_after(9_000);
    bench.run().await.unwrap();
    assert!(bench.server.requests() > 15, "it went on each time");
    bench.server.cut_after(0);
    std::fs::remove_file(&bench.request.target).unwrap();
    let before = bench.server.requests();
    bench.run().await.unwrap_err();
    assert_eq!(bench.server.requests() - before, 3, "when nothing comes, three tries are enough");
}

#[tokio::test]
async fn a_server_without_ranges_sends_all_and_the_file_is_right() {
    let bench = Bench::new(100_000, Habit { ranges: false, ..Habit::default() }).await;
    bench.server.cut_once_after(50_000);
    bench.run().await.unwrap();
    assert_eq!(bench.server.requests(), 2);
}

#[tokio::test]
async fn ranges_that_lie_never_make_a_wrong_file() {
    let habits = [
        ("begins elsewhere", Habit { shifted_by: 10, ..Habit::default() }),
        ("says the right place and sends the beginning", Habit { sends_beginning: true, ..Habit::default() }),
        ("says no place", Habit { no_content_range: true, ..Habit::default() }),
    ];
    for (name, habit) in habits {
        let bench = Bench::new(100_000, habit).await;
        bench.server.cut_once_after(40_000);
        let result = bench.run().await;
        bench.is_whole_or_absent();
        if habit.sends_beginning {
            assert!(bench.request.target.exists(), "{name}: once more from the beginning, {result:?}");
        } else {
            result.unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        assert!(bench.server.requests() <= 6, "{name}: {} requests", bench.server.requests());
    }
}

#[tokio::test]
async fn a_file_that_changed_in_between_is_not_mixed() {
    for (knows_checksum, ignores_if_range) in [(true, false), (false, false), (false, true)] {
        let mut bench = Bench::new(100_000, Habit { ignores_if_range, ..Habit::default() }).await;
        let newer = content(100_000, 55);
        if !knows_checksum {
            bench.request.sha256 = None;
            bench.request.known_from = ChecksumSource::Nobody;
        }
        let control = DownloadControl::new();
        bench.server.cut_after(40_000);
        let once = DownloadSettings { retry: RetryPolicy { most_attempts: 1, ..settings().retry }, ..settings() };
        bench.run_with(&once, &control).await.unwrap_err();
        bench.server.cut_after(usize::MAX);
        bench.server.replace(newer.clone(), "\"two\"");
        let result = download(&egress().0, &bench.request, &settings(), &control, &|_| {}).await;
        if knows_checksum {
            let error = result.unwrap_err();
            assert!(matches!(error, DownloadError::WrongChecksum { .. }), "{error}");
            assert_eq!(bench.files(), [""; 0], "the other file is not kept");
        } else {
            let done = result.unwrap();
            assert_eq!(done.sha256, bytes_digest(&newer), "all of the newer one");
            assert_eq!(done.checked, ChecksumSource::Nobody, "and it is said that nobody vouched for it");
        }
    }
}

#[tokio::test]
async fn without_a_mark_of_the_version_and_without_a_checksum_it_begins_anew() {
    let mut bench = Bench::new(100_000, Habit { etag: false, ..Habit::default() }).await;
    bench.request.sha256 = None;
    bench.server.cut_once_after(40_000);
    bench.run().await.unwrap();
    assert_eq!(bench.server.ranged.load(Ordering::SeqCst), 0, "nothing says that the rest belongs to the beginning");
}

#[tokio::test]
async fn a_wrong_checksum_is_said_and_nothing_is_kept() {
    let mut bench = Bench::new(50_000, Habit::default()).await;
    bench.request.sha256 = Some("0".repeat(64));
    let error = download(&egress().0, &bench.request, &settings(), &DownloadControl::new(), &|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("checksum"), "{error}");
    assert_eq!(error.code(), ErrorCode::ModelUnavailable);
    assert_eq!(bench.files(), [""; 0]);
    assert_eq!(bench.server.requests(), 1, "a whole file that is wrong is wrong");
}

#[tokio::test]
async fn a_wrong_size_is_refused_before_anything_is_written_and_no_model_is_no_model() {
    let mut bench = Bench::new(50_000, Habit::default()).await;
    bench.request.size_bytes = Some(50_001);
    let error = bench.run().await.unwrap_err();
    assert!(matches!(error, DownloadError::WrongSize { expected: 50_001, found: 50_000 }), "{error}");
    bench.request.size_bytes = None;
    bench.request.gguf = true;
    bench.request.sha256 = None;
    let error = bench.run().await.unwrap_err();
    assert!(matches!(error, DownloadError::NotAModel { .. }), "{error}");
    assert_eq!(bench.files(), [""; 0]);
}

#[tokio::test]
async fn a_paused_download_goes_on_and_a_cancelled_one_leaves_nothing() {
    let bench = Bench::new(300_000, Habit { slow: true, ..Habit::default() }).await;
    let control = DownloadControl::new();
    let seen = Mutex::new(Vec::new());
    let watch = |progress: DownloadProgress| {
        seen.lock().unwrap().push(progress);
        if progress.done_bytes > 60_000 {
            control.pause();
        }
    };
    let error = download(&egress().0, &bench.request, &settings(), &control, &watch).await.unwrap_err();
    let DownloadError::Paused { done_bytes } = error else { panic!("{error}") };
    assert!((60_000..300_000).contains(&done_bytes), "{done_bytes}");
    assert_eq!(error.code(), ErrorCode::Cancelled, "not an error to the user");
    assert_eq!(bench.files(), ["m.gguf.part", "m.gguf.part.json"]);
    let seen = seen.into_inner().unwrap();
    assert!(seen.windows(2).all(|pair| pair[0].done_bytes <= pair[1].done_bytes), "progress never goes back");
    assert!(seen.iter().all(|progress| progress.total_bytes == Some(300_000)));

    let control = DownloadControl::new();
    let first = Mutex::new(None);
    let watch = |progress: DownloadProgress| {
        first.lock().unwrap().get_or_insert(progress.done_bytes);
        control.cancel();
    };
    let error = download(&egress().0, &bench.request, &settings(), &control, &watch).await.unwrap_err();
    assert!(matches!(error, DownloadError::Cancelled));
    assert!(first.into_inner().unwrap().unwrap() >= done_bytes, "it went on where it was paused");
    assert_eq!(bench.files(), [""; 0]);
}

#[tokio::test]
async fn two_downloads_of_one_file_do_not_write_into_each_other() {
    let bench = Bench::new(300_000, Habit { slow: true, ..Habit::default() }).await;
    let ((first, _), (second, _)) = (egress(), egress());
    let (settings, control) = (settings(), DownloadControl::new());
    let (one, other) = tokio::join!(
        download(&first, &bench.request, &settings, &control, &|_| {}),
        download(&second, &bench.request, &settings, &control, &|_| {}),
    );
    let under_way = |result: &Result<Downloaded, DownloadError>| matches!(result, Err(DownloadError::UnderWay));
    assert!(under_way(&one) ^ under_way(&other), "{one:?} {other:?}");
    bench.is_whole_or_absent();
    assert!(bench.request.target.exists());
}

#[tokio::test]
async fn too_little_room_is_said_before_and_while_it_comes() {
    let bench = Bench::new(100_000, Habit::default()).await;
    let tight = DownloadSettings { reserve_bytes: 50_000, room: Arc::new(|_| Some(149_999)), ..settings() };
    let error = bench.run_with(&tight, &DownloadControl::new()).await.unwrap_err();
    assert!(matches!(error, DownloadError::NoRoom { needed_bytes: 100_000, free_bytes: 99_999 }), "{error}");
    assert_eq!(error.code(), ErrorCode::DiskFull);

    // Somebody else fills the disk meanwhile.
    let asked = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let room = move |_: &Path| Some(if asked.fetch_add(1, Ordering::SeqCst) == 0 { u64::MAX } else { 10 });
    let bench = Bench::new(3_000_000, Habit::default()).await;
    let filling = DownloadSettings { room: Arc::new(room), ..settings() };
    let error = bench.run_with(&filling, &DownloadControl::new()).await.unwrap_err();
    assert!(matches!(error, DownloadError::NoRoom { .. }), "{error}");
    bench.run().await.unwrap();
    assert_eq!(bench.server.ranged.load(Ordering::SeqCst), 1, "with room it goes on where it stopped");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_disk_that_is_full_is_a_typed_error_and_nothing_is_half() {
    let bench = Bench::new(100_000, Habit::default()).await;
    let folder = bench.request.target.parent().unwrap();
    std::fs::create_dir_all(folder).unwrap();
    // Every write to it fails as on a full disk.
    std::os::unix::fs::symlink("/dev/full", folder.join("m.gguf.part")).unwrap();
    let error = bench.run().await.unwrap_err();
    assert!(matches!(error, DownloadError::Disk { .. }), "{error}");
    assert_eq!(error.code(), ErrorCode::DiskFull, "{error}");
    std::fs::remove_file(folder.join("m.gguf.part")).unwrap();
    bench.run().await.unwrap();
}

#[cfg(target_os = "linux")]
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
#[tokio::test]
async fn a_small_file_system_that_fills_up_keeps_what_came_and_goes_on_with_room() {
    let bench = Bench::new(2_000_000, Habit::default()).await;
    let folder = bench.request.target.parent().unwrap().to_owned();
    std::fs::create_dir_all(&folder).unwrap();
    let mount = |arguments: &[&str]| {
        let run = std::process::Command::new("mount").args(arguments).arg(&folder).output();
        run.is_ok_and(|output| output.status.success())
    };
    if !mount(&["-t", "tmpfs", "-o", "size=1536k", "quillhouse-test"]) {
        eprintln!("skipped: a file system cannot be mounted here; the full device is tried in another test");
        return;
    }
    let error = bench.run().await.unwrap_err();
    let code = error.code();
    let names = bench.files();
    let mounted_more = mount(&["-o", "remount,size=8m"]);
    let done = bench.run().await;
    let whole = std::fs::read(&bench.request.target).is_ok_and(|bytes| bytes == bench.content);
    let unmounted = std::process::Command::new("umount").arg(&folder).status();
    assert!(unmounted.is_ok_and(|status| status.success()), "the test leaves nothing mounted");
    assert_eq!(code, ErrorCode::DiskFull, "{error}");
    assert!(names.contains(&"m.gguf.part".to_owned()) && !names.contains(&"m.gguf".to_owned()), "{names:?}");
    assert!(mounted_more && done.is_ok() && whole, "{done:?}");
}

#[tokio::test]
async fn redirects_are_followed_within_the_policy_and_only_so_far() {
    let bench = Bench::new(60_000, Habit::default()).await;
    let go = |path: &str| DownloadRequest { url: bench.server.url().join(path).unwrap(), ..bench.request.clone() };
    let (egress, notes) = egress();
    let (settings, control) = (settings(), DownloadControl::new());
    download(&egress, &go("/to-file"), &settings, &control, &|_| {}).await.unwrap();
    bench.is_whole_or_absent();
    std::fs::remove_file(&bench.request.target).unwrap();
    let error = download(&egress, &go("/round"), &settings, &control, &|_| {}).await.unwrap_err();
    assert!(matches!(error, DownloadError::Redirects), "{error}");
    let error = download(&egress, &go("/away"), &settings, &control, &|_| {}).await.unwrap_err();
    assert!(matches!(error, DownloadError::Egress(EgressError::NotAllowed { .. })), "{error}");
    let entries = notes.0.lock().unwrap();
    assert!(entries.iter().all(|entry| entry.purpose == Purpose::ModelDownload));
    let last = entries.last().unwrap();
    assert_eq!(
        (last.host.as_str(), last.outcome),
        ("files.elsewhere.example", Outcome::Refused),
        "it is in the ledger"
    );
}

#[tokio::test]
async fn answers_that_are_no_file_are_typed() {
    let bench = Bench::new(60_000, Habit::default()).await;
    let go = |path: &str| DownloadRequest { url: bench.server.url().join(path).unwrap(), ..bench.request.clone() };
    for (path, expected, tries) in [("/missing", 404, 1), ("/busy", 503, 3), ("/forbidden", 403, 1)] {
        let before = bench.server.requests();
        let (settings, control) = (settings(), DownloadControl::new());
        let error = download(&egress().0, &go(path), &settings, &control, &|_| {}).await.unwrap_err();
        assert!(matches!(error, DownloadError::Status { status } if status == expected), "{path}: {error}");
        assert_eq!(bench.server.requests() - before, tries, "{path}");
    }
    let sealed = Egress::new(Arc::new(Notes::default()), Policy::loopback_only().sealed(true), Arc::new(|| 0));
    let request = DownloadRequest { url: "https://hub.example/m.gguf".parse().unwrap(), ..bench.request.clone() };
    let error = download(&sealed, &request, &settings(), &DownloadControl::new(), &|_| {}).await.unwrap_err();
    assert!(matches!(error, DownloadError::Egress(EgressError::Sealed { .. })), "{error}");
}

#[tokio::test]
async fn a_length_that_nobody_says_is_found_out() {
    let mut bench = Bench::new(80_000, Habit { chunked: true, ..Habit::default() }).await;
    bench.request.size_bytes = None;
    bench.run().await.unwrap();
}

#[tokio::test]
async fn the_hub_tells_size_and_checksum() {
    let bench = Bench::new(10, Habit::default()).await;
    let (egress, _) = egress();
    let hub = bench.server.url().join("/").unwrap();
    let file = hub_file(&egress, &hub, "acme/small-GGUF", "main", "small-Q4_K_M.gguf").await.unwrap();
    assert_eq!(file, HubFile { size_bytes: 10, sha256: Some(bytes_digest(&bench.content)) });
    let plain = hub_file(&egress, &hub, "acme/small-GGUF", "main", "README.md").await.unwrap();
    assert_eq!(plain, HubFile { size_bytes: 20, sha256: None });
    let error = hub_file(&egress, &hub, "acme/small-GGUF", "main", "other.gguf").await.unwrap_err();
    assert!(matches!(error, DownloadError::Unlisted { .. }), "{error}");
    let error = hub_file(&egress, &hub, "acme/none", "main", "other.gguf").await.unwrap_err();
    assert!(matches!(error, DownloadError::Status { status: 404 }), "{error}");
}

#[test]
fn places_of_ranges_are_read_strictly() {
    let read = |start, end, total| Some(ContentRange { start, end, total });
    for (text, expected) in [
        ("bytes 5-9/10", read(5, 9, Some(10))),
        (" bytes 0-0/* ", read(0, 0, None)),
        ("bytes 9-5/10", None),
        ("bytes 5-10/10", None),
        ("bytes */10", None),
        ("items 5-9/10", None),
        ("bytes 5-9", None),
        ("bytes -9/10", None),
        ("bytes 0-18446744073709551615/*", None),
    ] {
        assert_eq!(ContentRange::read(text), expected, "{text}");
    }
}

/// The journal is all that is believed after a kill: more bytes than it says may never have reached the disk.
#[tokio::test]
async fn bytes_that_the_journal_does_not_know_are_fetched_again() {
    let bench = Bench::new(100_000, Habit::default()).await;
    bench.server.cut_after(40_000);
    let once = DownloadSettings { retry: RetryPolicy { most_attempts: 1, ..settings().retry }, ..settings() };
    bench.run_with(&once, &DownloadControl::new()).await.unwrap_err();
    let part = bench.request.target.with_file_name("m.gguf.part");
    let mut bytes = std::fs::read(&part).unwrap();
    bytes.extend([0; 5_000]);
    std::fs::write(&part, bytes).unwrap();
    bench.server.cut_after(usize::MAX);
    bench.run().await.unwrap();
    assert_eq!(bench.server.ranged.load(Ordering::SeqCst), 1);
    assert_eq!(bench.server.requests(), 2, "what the journal knows fits, so that nothing is fetched twice");

    // A journal of another file, or one that cannot be read, is not believed at all.
    for journal in ["{\"url\":\"http://127.0.0.1/other\"}", "nonsense", ""] {
        std::fs::remove_file(&bench.request.target).unwrap();
        std::fs::write(&part, content(30_000, 1)).unwrap();
        std::fs::write(bench.request.target.with_file_name("m.gguf.part.json"), journal).unwrap();
        bench.run().await.unwrap();
    }
}
