//! Children that hang, lie, swell or die: each costs its own file only, and the sentence says what happened.

use std::io::{self, Read, Write};

use super::*;

pub(super) const TESTS: &[Test] = &[
    ("a_child_that_hangs_is_ended_in_time", a_child_that_hangs_is_ended_in_time),
    ("a_child_that_aborts_is_a_crash", a_child_that_aborts_is_a_crash),
    ("a_child_that_lies_about_offsets_is_not_believed", a_child_that_lies_about_offsets_is_not_believed),
    ("a_child_that_announces_gigabytes_is_not_believed", a_child_that_announces_gigabytes_is_not_believed),
    (
        "a_child_that_dies_after_a_provisional_answer_leaves_that",
        a_child_that_dies_after_a_provisional_answer_leaves_that,
    ),
    ("a_child_that_cannot_be_started_is_a_failure", a_child_that_cannot_be_started_is_a_failure),
    ("cancelling_ends_the_child", cancelling_ends_the_child),
    ("a_real_child_has_a_memory_limit", a_real_child_has_a_memory_limit),
    #[cfg(target_os = "linux")]
    ("a_child_is_locked_in_before_it_sees_a_byte", a_child_is_locked_in_before_it_sees_a_byte),
    ("hostile_pdfs_end_classified_within_their_limits", hostile_pdfs_end_classified_within_their_limits),
];

const DOCUMENT: &str = r#"{"format":"text","title":null,"text":"kept","pages":[{"number":1,"start":0,"end":4}],"blocks":[{"kind":"paragraph","start":0,"end":4,"page":1}],"problems":[]}"#;

/// A child that behaves badly on purpose.
pub(super) fn hostile_child(role: &str) -> ExitCode {
    let frame = |text: &str| {
        let mut output = io::stdout().lock();
        output.write_all(&(text.len() as u32).to_le_bytes()).and_then(|()| output.write_all(text.as_bytes())).unwrap();
        output.flush().unwrap();
    };
    match role {
        "hang" => loop {
            std::thread::park();
        },
        "abort" => std::process::abort(),
        "lie" => {
            io::stdin().read_to_end(&mut Vec::new()).unwrap();
            frame(&format!(r#"{{"document":{}}}"#, DOCUMENT.replace(r#""end":4,"page""#, r#""end":4000,"page""#)));
        }
        "announce" => {
            io::stdout().write_all(&u32::MAX.to_le_bytes()).unwrap();
        }
        "provisional" => {
            frame(&format!(r#"{{"provisional":{DOCUMENT}}}"#));
            std::process::abort();
        }
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}

fn failure_of(role: &str) -> ParseFailure {
    parse_bytes(&worker_as(role, ParseLimits::default()), "a.md", b"text").unwrap_err()
}

fn a_child_that_hangs_is_ended_in_time() {
    let limits = ParseLimits { wall: Duration::from_millis(700), ..ParseLimits::default() };
    let begun = Instant::now();
    let failure = parse_bytes(&worker_as("hang", limits), "a.md", b"text").unwrap_err();
    assert_eq!(kind(&failure), Some(ProblemKind::TimedOut));
    assert!(begun.elapsed() < Duration::from_secs(5), "the limit is of the clock, not of the child's goodwill");
}

fn a_child_that_aborts_is_a_crash() {
    let failure = failure_of("abort");
    assert_eq!(kind(&failure), Some(ProblemKind::WorkerCrashed));
    assert!(matches!(failure, ParseFailure::Failed(_)), "another version of the reader may do better");
    assert!(failure.to_string().contains("No other file is affected"), "{failure}");
}

fn a_child_that_lies_about_offsets_is_not_believed() {
    let failure = failure_of("lie");
    assert_eq!(kind(&failure), Some(ProblemKind::WorkerCrashed));
    assert!(failure.to_string().contains("makes no sense"), "{failure}");
}

fn a_child_that_announces_gigabytes_is_not_believed() {
    assert_eq!(kind(&failure_of("announce")), Some(ProblemKind::WorkerCrashed));
}

fn a_child_that_dies_after_a_provisional_answer_leaves_that() {
    let document = parse_bytes(&worker_as("provisional", ParseLimits::default()), "a.md", b"text").unwrap();
    assert_eq!(document.text, "kept", "what was read safely survives a risky attempt at more");
}

fn a_child_that_cannot_be_started_is_a_failure() {
    let nobody = ParseWorker { program: PathBuf::from("/nonexistent/quillhouse"), ..worker() };
    let failure = parse_bytes(&nobody, "a.md", b"text").unwrap_err();
    assert_eq!(kind(&failure), Some(ProblemKind::WorkerCrashed));
    assert!(failure.to_string().contains("could not be started"), "{failure}");
}

fn cancelling_ends_the_child() {
    let worker = worker_as("hang", ParseLimits::default());
    let cancelled = wait(worker.parse("a.md", ParseSource::Bytes(b"text"), |_| {}, std::future::ready(())));
    assert_eq!(cancelled.unwrap_err(), ParseFailure::Cancelled, "stopped by the user is no error");
}

fn a_real_child_has_a_memory_limit() {
    let limits = ParseLimits { memory_bytes: 160 << 20, ..ParseLimits::default() };
    let text = "word ".repeat(12 << 20);
    let failure = parse_bytes(&worker_as("parse", limits), "a.txt", text.as_bytes()).unwrap_err();
    assert_eq!(kind(&failure), Some(ProblemKind::TooMuchMemory), "{failure}");
}

#[cfg(target_os = "linux")]
fn a_child_is_locked_in_before_it_sees_a_byte() {
    use std::process::Stdio;

    let mut child = Command::new(env::current_exe().unwrap())
        .args(["worker", "parse"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let request = r#"{"file_name":"a.txt","size_bytes":5,"limits":{"wall":{"secs":30,"nanos":0},"memory_bytes":1073741824,"input_bytes":100},"password":null,"task":"read"}"#;
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&(request.len() as u32).to_le_bytes()).unwrap();
    stdin.write_all(request.as_bytes()).unwrap();
    // Its first frame says that it is locked in; the file's bytes have not been sent yet.
    let mut length = [0; 4];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut length).unwrap();
    let mut first = vec![0; u32::from_le_bytes(length) as usize];
    stdout.read_exact(&mut first).unwrap();
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    stdin.write_all(b"hello").unwrap();
    drop(stdin);
    child.wait().unwrap();

    assert_eq!(
        String::from_utf8_lossy(&first),
        r#"{"sandbox":{"filtered":true,"missing":""}}"#,
        "nothing is missing here"
    );
    assert!(status.contains("Seccomp:\t2"), "system calls are filtered:\n{status}");
    assert!(status.contains("NoNewPrivs:\t1"), "no program started by it could gain rights:\n{status}");
    let limit = |name: &str| limits.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(!limit("Max address space").contains("unlimited"), "memory is limited: {}", limit("Max address space"));
    assert!(limit("Max file size").contains(" 0 "), "it can write no file: {}", limit("Max file size"));
    assert!(limit("Max cpu time").contains(" 30 "), "computing time is limited: {}", limit("Max cpu time"));
}

fn hostile_pdfs_end_classified_within_their_limits() {
    let Some(tool) = corpora::shared("tools/make_hostile_pdfs.py") else { return };
    let folder = tempfile::tempdir().unwrap();
    let made = Command::new("python3").arg(tool).arg(folder.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let limits = ParseLimits { wall: Duration::from_secs(10), ..ParseLimits::default() };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 10, "the tool writes a dozen files");
    for path in files {
        let begun = Instant::now();
        let outcome = parse_path(&worker_as("parse", limits), &path);
        let elapsed = begun.elapsed();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        println!(
            "  {name}: {:?} in {} ms",
            outcome.as_ref().map(|document| document.blocks.len()).map_err(kind),
            elapsed.as_millis()
        );
        assert!(elapsed < limits.wall + Duration::from_secs(2), "{name} took {elapsed:?}");
        if let Err(failure) = outcome {
            assert!(kind(&failure).is_some(), "{name} must end in a kind");
            assert!(failure.to_string().contains(&name), "the sentence names the file: {failure}");
        }
    }
}
