//! Nothing leaves: a library is filled, a run is made and a piece exported inside a network that leads nowhere and counts what
//! is sent into it.
//!
//! The network is a namespace of its own whose only way out is a cable with nobody at its end. Names are looked up over it as well,
//! so that a question to a name server counts. Where the system allows no namespace the story says so and ends.

use std::{fs, io::Write as _, path::Path, process::Command};

use quillhouse_tests::{Quillhouse, demo_documents, program};

/// Prepares the network, runs `$1` with the arguments after it, and prints how many packets the device was given.
const SCRIPT: &str = r#"
set -e
count() { sed -n 's/^ *out0://p' /proc/net/dev | tr -s ' ' | sed 's/^ //' | cut -d' ' -f10; }
ip link add out0 type veth peer name nowhere0
# Without an address of its own making the system itself sends nothing.
ip link set out0 addrgenmode none
ip link set nowhere0 addrgenmode none
ip addr add 198.51.100.2/24 dev out0
ip link set lo up
ip link set out0 up
ip link set nowhere0 up
ip route add default dev out0
before=$(count)
"$@" 1>&2
after=$(count)
echo $((after - before))
# Whom it was for, where it did not come to an answer.
sed -n 's/ .*out0$//p' /proc/net/arp
"#;

/// How many packets were sent, and to whom as far as that is known.
fn packets(command: impl FnOnce(&mut Command)) -> (u64, Vec<String>) {
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--net", "sh", "-c", SCRIPT, "sh"]);
    command(&mut unshare);
    let output = unshare.output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "the story did not come to its end: {told}");
    let mut lines = text.lines();
    let count = lines.next().and_then(|line| line.trim().parse().ok());
    (count.unwrap_or_else(|| panic!("no count of packets: {text} {told}")), lines.map(str::to_owned).collect())
}

fn is_possible() -> bool {
    let tried = Command::new("unshare")
        .args([
            "--map-root-user",
            "--net",
            "sh",
            "-c",
            "ip link add out0 type veth peer name nowhere0 && ip link set lo up",
        ])
        .output();
    tried.is_ok_and(|output| output.status.success())
}

fn in_this_folder(command: &mut Command, quillhouse: &Quillhouse, script: &Path) {
    let models = quillhouse_tests::models_folder();
    command
        .arg("sh")
        .arg(script)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", quillhouse.scratch())
        .env("QUILLHOUSE", program("quillhouse"))
        .env("QUILLHOUSE_DATA", quillhouse.data())
        .env("QUILLHOUSE_MODELS", models)
        .env("QUILLHOUSE_KEYCHAIN", "off")
        .env("DOCUMENTS", demo_documents())
        .env("OUTPUT", quillhouse.scratch().join("piece.md"));
}

/// What a person does in an hour: every command that could have a reason to connect is among it.
const HOUR: &str = r#"
set -e
q="$QUILLHOUSE"
"$q" doctor || true
"$q" brand create Ferry
"$q" library add Ferry "$DOCUMENTS"
"$q" library search Ferry "winter crossing"
"$q" kit build Ferry
"$q" models list
"$q" write Ferry --topic "Crossing the fjord in winter" --words 400 --types blog,social --networks x --no-cache
piece=$("$q" piece list Ferry --json | sed -n 's/.*"id": "\([0-9a-f-]*\)".*/\1/p' | head -n 1)
"$q" export "$piece" --to md --output "$OUTPUT"
"$q" ledger show
"$q" usage
"#;

#[test]
fn an_hour_of_work_sends_no_packet_beyond_this_computer_and_a_single_one_would_be_noticed() {
    if !is_possible() {
        // Through the handle, because the story's own output is what says that it was skipped.
        let _ =
            writeln!(std::io::stderr(), "skipped: this system gives no network namespace, so nothing can be counted");
        return;
    }
    let quillhouse = Quillhouse::new();
    let script = quillhouse.scratch().join("hour.sh");
    fs::write(&script, HOUR).unwrap();
    let (sent, whom) = packets(|command| in_this_folder(command, &quillhouse, &script));
    assert!(quillhouse.scratch().join("piece.md").is_file(), "the hour came to its end");
    assert_eq!(sent, 0, "nothing of an hour's work may leave this computer, and it went to {whom:?}");

    // The same with a page that the user names, which is looked up: the count must not be blind to it.
    let page = format!("{HOUR}\n\"$q\" library add Ferry https://203.0.113.7/page.html || true\n");
    fs::write(&script, page.replace("\"$q\" brand create Ferry\n", "")).unwrap();
    let (sent, whom) = packets(|command| in_this_folder(command, &quillhouse, &script));
    assert!(sent > 0, "a connection that was asked for is counted, so zero means zero: {whom:?}");
    // A download that was asked for leaves, and is asked for by name.
    let fetch = "timeout 5 \"$QUILLHOUSE\" models fetch local/qwen3-0.6b || true\n\"$QUILLHOUSE\" ledger show\n";
    fs::write(&script, fetch).unwrap();
    let (sent, whom) = packets(|command| in_this_folder(command, &quillhouse, &script));
    assert!(sent > 0, "the place where models are published may be reached while one is fetched: {whom:?}");
    // Sealed, the same command stays silent.
    let sealed =
        "\"$QUILLHOUSE\" ledger seal\n\"$QUILLHOUSE\" library add Ferry https://203.0.113.7/page.html || true\n";
    fs::write(&script, sealed).unwrap();
    let (sent, whom) = packets(|command| in_this_folder(command, &quillhouse, &script));
    assert_eq!(sent, 0, "sealed mode refuses before a packet is sent to {whom:?}");
}

/// ONNX Runtime's builds carry telemetry that asks for its maker's host before it can be turned off.
#[test]
fn the_process_that_embeds_has_no_network_whatever_it_loads() {
    let mut child = Command::new(program("quillhouse"))
        .args(["worker", "embed"])
        .arg(quillhouse_tests::models_folder())
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let patience = std::time::Instant::now() + std::time::Duration::from_mins(1);
    let filtered = loop {
        let text = fs::read_to_string(&status).unwrap_or_default();
        if text.lines().any(|line| line.starts_with("Seccomp:") && line.ends_with('2')) {
            break true;
        }
        if std::time::Instant::now() > patience {
            break false;
        }
        std::thread::yield_now();
    };
    drop(child.stdin.take());
    child.wait().unwrap();
    assert!(filtered, "system calls of the embedding process are not filtered");
}
