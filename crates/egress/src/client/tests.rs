//! The client against small servers on this machine that misbehave in known ways.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{Context, LedgerEntry, Outcome, about};

#[derive(Default)]
struct Notes(Mutex<Vec<LedgerEntry>>);

impl Ledger for Notes {
    fn record(&self, entry: LedgerEntry) {
        self.0.lock().unwrap().push(entry);
    }
}

impl Notes {
    fn only(&self) -> LedgerEntry {
        let entries = self.0.lock().unwrap();
        assert_eq!(entries.len(), 1, "one attempt is one entry, got {entries:?}");
        entries[0].clone()
    }
}

struct FixedResolver {
    address: SocketAddr,
    asked: AtomicUsize,
}

#[async_trait]
impl Resolver for FixedResolver {
    async fn resolve(&self, _: &str) -> io::Result<Vec<SocketAddr>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(vec![self.address])
    }
}

fn egress(policy: Policy) -> (Egress, Arc<Notes>) {
    let notes = Arc::new(Notes::default());
    (Egress::new(notes.clone(), policy, Arc::new(|| 1_700_000_000_123)), notes)
}

fn resolving_to(address: &str, policy: Policy) -> (Egress, Arc<Notes>, Arc<FixedResolver>) {
    let notes = Arc::new(Notes::default());
    let resolver = Arc::new(FixedResolver { address: address.parse().unwrap(), asked: AtomicUsize::new(0) });
    (Egress::with_resolver(notes.clone(), policy, Arc::new(|| 0), resolver.clone()), notes, resolver)
}

/// Serves one connection: reads one request, writes the parts, then closes or stays silent.
async fn serve(parts: Vec<Vec<u8>>, stay: bool) -> (SocketAddr, tokio::task::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let request = read_request(&mut connection).await;
        for part in parts {
            if connection.write_all(&part).await.is_err() {
                return request;
            }
            connection.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
        if stay {
            let _ = connection.read(&mut [0; 1]).await;
        }
        request
    });
    (address, task)
}

async fn read_request(connection: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let read = connection.read(&mut chunk).await.unwrap();
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        let Some(head) = text.find("\r\n\r\n") else {
            if read == 0 {
                return request;
            }
            continue;
        };
        let length = text
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next())
            .map_or(0, |number| number.parse::<usize>().unwrap());
        if request.len() >= head + 4 + length || read == 0 {
            return request;
        }
    }
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";

fn url(address: SocketAddr) -> Url {
    Url::parse(&format!("http://{address}/api")).unwrap()
}

#[tokio::test]
async fn a_request_to_this_machine_is_answered_and_written_down() {
    let (address, server) = serve(vec![HEAD.to_vec(), b"{\"version\":\"1\"}".to_vec()], false).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let request = Request::post(url(address), Purpose::ModelProbe, json!({"a": 1}));
    let response = egress.request(request).await.unwrap();
    assert_eq!(response.json::<serde_json::Value>().unwrap(), json!({"version": "1"}));
    let sent = String::from_utf8(server.await.unwrap()).unwrap();
    assert!(sent.ends_with("{\"a\":1}"), "the body is what was given, got {sent}");
    let entry = notes.only();
    assert_eq!((entry.host.as_str(), entry.port), ("127.0.0.1", address.port()));
    assert_eq!((entry.bytes_out, entry.bytes_in, entry.at_ms), (7, 15, 1_700_000_000_123));
    assert_eq!(entry.outcome, Outcome::Answered { status: 200 });
}

#[tokio::test]
async fn a_name_not_on_the_list_is_refused_before_it_is_looked_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (egress, notes, resolver) = resolving_to("127.0.0.1:0", Policy::loopback_only());
    for address in [format!("http://tracker.example:{port}/"), format!("http://localhost.example:{port}/")] {
        let error = egress.request(Request::get(Url::parse(&address).unwrap(), Purpose::ModelProbe)).await.unwrap_err();
        assert!(matches!(error, EgressError::NotAllowed { .. }), "{address} gave {error}");
    }
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 0, "even a look-up would tell somebody");
    let entries = notes.0.lock().unwrap();
    assert!(entries.iter().all(|entry| entry.outcome == Outcome::Refused && entry.bytes_out == 0), "got {entries:?}");
    assert_eq!(entries.len(), 2, "refused attempts are in the ledger too");
}

#[tokio::test]
async fn localhost_that_leads_elsewhere_is_refused_before_connecting() {
    let (egress, notes, resolver) = resolving_to("192.0.2.7:0", Policy::loopback_only());
    let request = Request::get(Url::parse("http://localhost:9/").unwrap(), Purpose::ModelProbe);
    assert_eq!(egress.request(request).await.unwrap_err(), EgressError::LocalhostElsewhere);
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 1, "refused at the first look-up, not after a try to connect");
    assert_eq!(notes.only().outcome, Outcome::Refused);
}

#[tokio::test]
async fn the_connection_itself_takes_only_admissible_addresses() {
    let gate = Gate::new(
        Arc::new(FixedResolver { address: "192.0.2.7:0".parse().unwrap(), asked: AtomicUsize::new(0) }),
        Policy::loopback_only().allow("good.example"),
    );
    assert!(gate.addresses("localhost").await.unwrap().is_empty());
    assert!(gate.addresses("other.example").await.unwrap().is_empty());
    assert_eq!(gate.addresses("good.example").await.unwrap().len(), 1, "an allowed name may be anywhere");
}

#[tokio::test]
async fn an_allowed_name_is_connected_to_where_it_resolves() {
    let (address, _server) = serve(vec![HEAD.to_vec(), b"{}".to_vec()], false).await;
    let (egress, notes, _) = resolving_to("127.0.0.1:0", Policy::loopback_only().allow("models.example"));
    let target = Url::parse(&format!("http://models.example:{}/", address.port())).unwrap();
    let response = egress.request(Request::get(target, Purpose::ModelProbe)).await.unwrap();
    assert!(response.is_success());
    assert_eq!(notes.only().host, "models.example", "the ledger says what was asked for");
}

#[tokio::test]
async fn sealed_mode_can_be_turned_on_while_running() {
    let (egress, notes, resolver) = resolving_to("127.0.0.1:0", Policy::loopback_only().allow("models.example"));
    egress.set_policy(egress.policy().sealed(true));
    let request = Request::get(Url::parse("https://models.example/").unwrap(), Purpose::ModelChat);
    assert!(matches!(egress.request(request).await.unwrap_err(), EgressError::Sealed { .. }));
    assert_eq!(resolver.asked.load(Ordering::SeqCst), 0);
    assert_eq!(notes.only().outcome, Outcome::Sealed);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = b"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:1/stolen\r\ncontent-length: 0\r\n\r\n".to_vec();
    let (address, _server) = serve(vec![elsewhere], true).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let error = egress.request(Request::get(url(address), Purpose::ModelProbe)).await.unwrap_err();
    assert!(matches!(&error, EgressError::Redirected { target, .. } if target.contains("stolen")), "got {error}");
    assert_eq!(notes.only().outcome, Outcome::Rejected);
}

#[tokio::test]
async fn lines_arrive_whole_however_they_are_cut() {
    let parts = [&b"{\"a\""[..], b":1}\r\n\n{\"b\":", b"2}\n", b"{\"last\":3}"];
    let mut all = vec![HEAD.to_vec()];
    all.extend(parts.iter().map(|part| part.to_vec()));
    let (address, _server) = serve(all, false).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let mut stream = egress.stream(Request::get(url(address), Purpose::ModelChat)).await.unwrap();
    let mut lines = Vec::new();
    while let Some(line) = stream.next_line().await.unwrap() {
        lines.push(String::from_utf8(line).unwrap());
    }
    assert_eq!(lines, ["{\"a\":1}", "{\"b\":2}", "{\"last\":3}"]);
    drop(stream);
    assert_eq!(notes.only().bytes_in, parts.iter().map(|part| part.len() as u64).sum::<u64>());
}

#[tokio::test]
async fn an_endless_line_is_refused_at_the_limit() {
    let (address, _server) = serve(vec![HEAD.to_vec(), vec![b'x'; 300_000]], true).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let mut request = Request::get(url(address), Purpose::ModelChat);
    request.max_line_bytes = 1000;
    let mut stream = egress.stream(request).await.unwrap();
    let error = stream.next_line().await.unwrap_err();
    assert!(matches!(error, EgressError::TooLarge { limit_bytes: 1000, .. }), "got {error}");
    assert_eq!(stream.next_line().await.unwrap(), None, "after an error there is nothing more");
    drop(stream);
    let entry = notes.only();
    assert_eq!(entry.outcome, Outcome::Rejected);
    assert!(entry.bytes_in < 300_000, "reading stopped early, at {} bytes", entry.bytes_in);
}

#[tokio::test]
async fn a_body_larger_than_accepted_is_refused() {
    let (address, _server) = serve(vec![HEAD.to_vec(), vec![b'x'; 5000]], false).await;
    let (egress, _) = egress(Policy::loopback_only());
    let mut request = Request::get(url(address), Purpose::ModelProbe);
    request.max_body_bytes = 4999;
    assert!(matches!(egress.request(request).await.unwrap_err(), EgressError::TooLarge { .. }));
}

#[tokio::test]
async fn silence_is_a_stall_before_and_within_the_answer() {
    let brief = Duration::from_millis(40);
    for (parts, expected_in) in [(vec![], 0), (vec![HEAD.to_vec(), b"{\"a\":1}\n".to_vec()], 8)] {
        let (address, _server) = serve(parts, true).await;
        let (egress, notes) = egress(Policy::loopback_only());
        let request = Request::get(url(address), Purpose::ModelChat).patience(brief, brief);
        let error = match egress.stream(request).await {
            Ok(mut stream) => {
                assert!(stream.next_line().await.unwrap().is_some(), "what came before the silence is given");
                stream.next_line().await.unwrap_err()
            }
            Err(error) => error,
        };
        assert!(matches!(error, EgressError::Stalled { .. }), "got {error}");
        let entry = notes.only();
        assert_eq!((entry.outcome, entry.bytes_in), (Outcome::Stalled, expected_in));
    }
}

#[tokio::test]
async fn nobody_at_the_port_is_unreachable_and_names_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (egress, notes) = egress(Policy::loopback_only());
    let error = egress.request(Request::get(url(address), Purpose::ModelProbe)).await.unwrap_err();
    assert!(matches!(&error, EgressError::Unreachable { port, .. } if *port == address.port()), "got {error}");
    assert!(error.to_string().contains(&address.to_string()), "the sentence names the address: {error}");
    assert_eq!(notes.only().outcome, Outcome::Unreachable);
}

#[tokio::test]
async fn a_connection_that_breaks_in_a_promised_body_is_an_error() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"half\":".to_vec();
    let (address, _server) = serve(vec![head], false).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let error = egress.request(Request::get(url(address), Purpose::ModelProbe)).await.unwrap_err();
    assert!(matches!(error, EgressError::Broken { .. }), "got {error}");
    assert_eq!(notes.only().outcome, Outcome::Broken);
}

#[tokio::test]
async fn a_caller_who_walks_away_is_written_down() {
    let (address, _server) = serve(vec![HEAD.to_vec(), b"{\"a\":1}\n".to_vec()], true).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let mut stream = egress.stream(Request::get(url(address), Purpose::ModelChat)).await.unwrap();
    stream.next_line().await.unwrap();
    drop(stream);
    assert_eq!(notes.only().outcome, Outcome::Abandoned);
}

#[tokio::test]
async fn an_address_of_another_scheme_is_refused_and_written_down() {
    let (egress, notes) = egress(Policy::loopback_only());
    let request = Request::get(Url::parse("ftp://127.0.0.1/x").unwrap(), Purpose::ModelProbe);
    assert!(matches!(egress.request(request).await.unwrap_err(), EgressError::BadAddress { .. }));
    assert_eq!(notes.only().outcome, Outcome::Refused);
}

/// Writes down what happens in which order, and can refuse.
#[derive(Default)]
struct Order {
    seen: Mutex<Vec<String>>,
    refuses: bool,
}

#[async_trait]
impl Ledger for Order {
    async fn begin(&self, entry: &LedgerEntry) -> Result<(), String> {
        // Something else may run first, as it does while a disk is written.
        tokio::task::yield_now().await;
        self.seen.lock().unwrap().push(format!("begun {} {:?}", entry.host, entry.outcome));
        if self.refuses { Err("the disk is full".to_owned()) } else { Ok(()) }
    }

    fn record(&self, entry: LedgerEntry) {
        self.seen.lock().unwrap().push(format!("over {} {:?} {:?}", entry.host, entry.outcome, entry.address));
    }
}

struct OrderedResolver(Arc<Order>, SocketAddr);

#[async_trait]
impl Resolver for OrderedResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<SocketAddr>> {
        self.0.seen.lock().unwrap().push(format!("asked for {host}"));
        Ok(vec![self.1])
    }
}

fn ordered(refuses: bool, policy: Policy) -> (Egress, Arc<Order>) {
    let order = Arc::new(Order { refuses, ..Order::default() });
    let resolver = OrderedResolver(order.clone(), "127.0.0.1:0".parse().unwrap());
    (Egress::with_resolver(order.clone(), policy, Arc::new(|| 0), Arc::new(resolver)), order)
}

#[tokio::test]
async fn an_attempt_is_written_down_before_a_name_is_looked_up_and_completed_when_it_is_over() {
    let (address, _server) = serve(vec![HEAD.to_vec(), b"{}".to_vec()], false).await;
    let (egress, order) = ordered(false, Policy::loopback_only().allow("models.example"));
    let target = Url::parse(&format!("http://models.example:{}/", address.port())).unwrap();
    egress.request(Request::get(target, Purpose::ModelProbe)).await.unwrap();
    assert_eq!(
        *order.seen.lock().unwrap(),
        [
            "begun models.example Begun",
            "asked for models.example",
            "over models.example Answered { status: 200 } Some(127.0.0.1)"
        ]
    );
}

#[tokio::test]
async fn an_attempt_that_is_never_over_is_in_the_ledger_too() {
    let (address, _server) = serve(vec![HEAD.to_vec()], true).await;
    let (egress, order) = ordered(false, Policy::loopback_only());
    let stream = egress.stream(Request::get(url(address), Purpose::ModelChat)).await.unwrap();
    // As when the process is killed: nothing is dropped.
    std::mem::forget(stream);
    assert_eq!(*order.seen.lock().unwrap(), ["begun 127.0.0.1 Begun"]);
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_done() {
    let (egress, order) = ordered(true, Policy::loopback_only().allow("models.example"));
    let request = Request::get(Url::parse("https://models.example/").unwrap(), Purpose::ModelChat);
    let error = egress.request(request).await.unwrap_err();
    assert!(matches!(&error, EgressError::NotRecorded { reason, .. } if reason.contains("disk")), "got {error}");
    assert_eq!(*order.seen.lock().unwrap(), ["begun models.example Begun", "over models.example Refused None"]);
}

#[tokio::test]
async fn sealed_mode_refuses_before_a_name_is_looked_up_and_the_try_is_in_the_ledger() {
    let (egress, order) = ordered(false, Policy::loopback_only().allow("models.example").sealed(true));
    for address in ["https://models.example/", "http://192.0.2.7/", "http://[2001:db8::1]/"] {
        let error = egress.request(Request::get(Url::parse(address).unwrap(), Purpose::ModelChat)).await.unwrap_err();
        assert!(matches!(error, EgressError::Sealed { .. }), "{address}: {error}");
    }
    let seen = order.seen.lock().unwrap();
    assert!(seen.iter().all(|line| !line.starts_with("asked")), "no resolver was asked: {seen:?}");
    assert_eq!(seen.iter().filter(|line| line.contains("Sealed")).count(), 3, "{seen:?}");
}

#[tokio::test]
async fn a_caller_who_walks_away_while_it_is_written_down_is_written_down() {
    let (egress, order) = ordered(false, Policy::loopback_only().allow("models.example"));
    let request = Request::get(Url::parse("https://models.example/").unwrap(), Purpose::ModelChat);
    let mut asking = Box::pin(egress.request(request));
    assert!(futures::poll!(&mut asking).is_pending(), "it waits for the ledger");
    drop(asking);
    assert_eq!(*order.seen.lock().unwrap(), ["over models.example Abandoned None"]);
}

#[tokio::test]
async fn the_ledger_says_which_address_was_tried_also_when_nobody_was_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let (egress, notes, _) = resolving_to("127.0.0.1:0", Policy::loopback_only().allow("models.example"));
    let target = Url::parse(&format!("http://models.example:{port}/")).unwrap();
    egress.request(Request::get(target, Purpose::ModelProbe)).await.unwrap_err();
    let entry = notes.only();
    assert_eq!((entry.outcome, entry.address), (Outcome::Unreachable, Some("127.0.0.1".parse().unwrap())));
}

#[tokio::test]
async fn the_ledger_says_what_a_connection_was_for() {
    let (egress, notes) = egress(Policy::loopback_only());
    let refused = || egress.request(Request::get(Url::parse("http://a.example/").unwrap(), Purpose::ModelChat));
    let context = Context { run: Some("0190".to_owned()), ..Context::default() };
    about(context.clone(), refused()).await.unwrap_err();
    refused().await.unwrap_err();
    let entries = notes.0.lock().unwrap();
    assert_eq!(entries[0].context, context);
    assert_eq!(entries[1].context, Context::default(), "what was said for one is not said for the next");
    assert_ne!(entries[0].attempt, entries[1].attempt);
}

#[tokio::test]
async fn events_arrive_whole_whatever_ends_their_lines_and_however_they_are_cut() {
    let lines = ["event: a", "data: {\"x\": 1}", "", ": still there", "", "data: one", "data: two", "", "data: cut"];
    for ending in ["\n", "\r\n", "\r"] {
        for mark in ["", "\u{feff}"] {
            let body = format!("{mark}{}", lines.join(ending)).into_bytes();
            for size in [1, 3, 1000] {
                let mut parts = vec![HEAD.to_vec()];
                parts.extend(body.chunks(size).map(<[u8]>::to_vec));
                let (address, _server) = serve(parts, false).await;
                let (egress, _) = egress(Policy::loopback_only());
                let mut stream = egress.stream(Request::get(url(address), Purpose::ModelChat)).await.unwrap();
                let mut events = Vec::new();
                while let Some(event) = stream.next_event().await.unwrap() {
                    events.push(format!("{}|{}", event.name, String::from_utf8(event.data).unwrap()));
                }
                let expected = ["a|{\"x\": 1}", "|one\ntwo", "|cut"];
                assert_eq!(events, expected, "lines ended by {ending:?}, {size} bytes at a time");
            }
        }
    }
}

#[tokio::test]
async fn an_event_of_endless_lines_is_refused_at_the_limit() {
    let (address, _server) = serve(vec![HEAD.to_vec(), b"data: 0123456789\n".repeat(10_000)], true).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let mut request = Request::get(url(address), Purpose::ModelChat);
    request.max_line_bytes = 1000;
    let mut stream = egress.stream(request).await.unwrap();
    let error = stream.next_event().await.unwrap_err();
    assert!(matches!(error, EgressError::TooLarge { limit_bytes: 1000, .. }), "got {error}");
    drop(stream);
    assert_eq!(notes.only().outcome, Outcome::Rejected);
}

#[tokio::test]
async fn a_compressed_answer_is_refused() {
    let bomb = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n\x1f\x8b".to_vec();
    let (address, server) = serve(vec![bomb], false).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let error = egress.request(Request::get(url(address), Purpose::ModelProbe)).await.unwrap_err();
    assert!(matches!(&error, EgressError::BadAnswer { reason, .. } if reason.contains("compressed")), "got {error}");
    assert_eq!(notes.only().outcome, Outcome::Rejected);
    let sent = String::from_utf8(server.await.unwrap()).unwrap().to_ascii_lowercase();
    assert!(!sent.contains("gzip") && !sent.contains("deflate"), "nothing of the kind was asked for: {sent}");
}

#[tokio::test]
async fn a_header_is_sent_and_its_value_is_never_printed() {
    let (address, server) = serve(vec![HEAD.to_vec(), b"{}".to_vec()], false).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let request = Request::get(url(address), Purpose::ModelProbe).header("x-api-key", Secret::new("canary".to_owned()));
    assert!(!format!("{request:?}").contains("canary"), "{request:?}");
    egress.request(request).await.unwrap();
    assert!(String::from_utf8(server.await.unwrap()).unwrap().contains("x-api-key: canary"));
    assert!(!format!("{:?}", notes.only()).contains("canary"));

    let broken =
        Request::get(url(address), Purpose::ModelProbe).header("x-api-key", Secret::new("can\nary".to_owned()));
    let error = egress.request(broken).await.unwrap_err();
    assert!(matches!(error, EgressError::BadAddress { .. }) && !error.to_string().contains("ary"), "got {error}");
}

#[tokio::test]
async fn a_connection_is_used_again_when_the_end_of_the_answer_came_with_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                loop {
                    if read_request(&mut connection).await.is_empty() {
                        return;
                    }
                    let answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"a\":1}\n\r\n0\r\n\r\n";
                    connection.write_all(answer).await.unwrap();
                }
            });
        }
    });
    let (egress, _) = egress(Policy::loopback_only());
    for _ in 0..3 {
        let mut stream = egress.stream(Request::get(url(address), Purpose::ModelChat)).await.unwrap();
        stream.next_line().await.unwrap();
        stream.is_enough().await;
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1, "no answer was broken off");
}

#[tokio::test]
async fn an_answer_that_is_enough_counts_as_answered() {
    let (address, _server) = serve(vec![HEAD.to_vec(), b"{\"a\":1}\n".to_vec()], true).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let mut stream = egress.stream(Request::get(url(address), Purpose::ModelChat)).await.unwrap();
    stream.next_line().await.unwrap();
    stream.is_enough().await;
    drop(stream);
    assert_eq!(notes.only().outcome, Outcome::Answered { status: 200 });
}

#[tokio::test]
async fn an_answer_comes_as_bytes_whatever_its_lines_are() {
    let head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    let body = [b"\xef\xbb\xbf\r\n\n".to_vec(), vec![0, 255, 13, 10], vec![b'x'; 70_000]];
    let (address, _server) = serve([vec![head], body.to_vec()].concat(), false).await;
    let (egress, notes) = egress(Policy::loopback_only());
    let request = Request::get(url(address), Purpose::ModelDownload);
    let mut stream = egress.stream(Request { max_line_bytes: 10, ..request }).await.unwrap();
    let mut come = Vec::new();
    while let Some(chunk) = stream.next_chunk().await.unwrap() {
        assert!(!chunk.is_empty(), "no empty pieces");
        come.extend(chunk);
    }
    assert!(come == body.concat(), "nothing is taken for a mark, a line end or too long: {} bytes", come.len());
    assert_eq!(stream.next_chunk().await.unwrap(), None, "the end stays the end");
    drop(stream);
    let entry = notes.only();
    assert_eq!((entry.outcome, entry.bytes_in), (Outcome::Answered { status: 200 }, come.len() as u64));
}
