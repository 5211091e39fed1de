//! The command list over HTTP: `POST /rpc/<command>` answers once, `POST /rpc_stream/<command>/<name>` with server-sent
//! events, `POST /rpc_stop/<name>` ends such a stream.
//!
//! Invariants
//! - Only 127.0.0.1 is listened on, only loopback names are answered, only same-origin pages may ask.
//! - Every command needs the token that was printed at the start.
//! - A viewer that goes away does not stop the work it started; a stream that only watches ends with it.

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc};

use anyhow::{Context, Result};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
    routing::post,
};
use futures::StreamExt;
use quillhouse_domain::ErrorCode;
use quillhouse_studio::{CommandError, Streams, Studio, places};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::{
    net::TcpListener,
    sync::{OnceCell, mpsc},
};
use tokio_stream::wrappers::UnboundedReceiverStream;

use crate::pages::{Pages, content_security_policy, decoder_policy, is_decoder};

/// Documents come as base64 in JSON; this is room for a file of 48 MB.
const MOST_BODY_BYTES: usize = 64 * 1024 * 1024;

const TOKEN_HEADER: &str = "x-quillhouse-token";

/// What to serve and where.
pub(crate) struct Options {
    pub(crate) data_folder: PathBuf,
    /// 0 lets the system choose.
    pub(crate) port: u16,
    pub(crate) json: bool,
}

struct Desk {
    data_folder: PathBuf,
    studio: OnceCell<Studio>,
    streams: Streams,
    pages: Pages,
    policy: HeaderValue,
    decoder_policy: HeaderValue,
    token: String,
    /// Values of `Host` that mean this server.
    hosts: [String; 2],
}

impl Desk {
    async fn studio(&self) -> Result<&Studio, CommandError> {
        self.studio
            .get_or_try_init(|| async {
                let options = places::options(self.data_folder.clone())
                    .map_err(|error| CommandError::new(ErrorCode::Internal, error.to_string()))?;
                let studio = Studio::open(options).await?;
                studio.start_watching().await?;
                Ok(studio)
            })
            .await
    }

    /// Hashes have one length and no relation to what was sent, so the time of comparing them tells nothing.
    fn admits(&self, token: &[u8]) -> bool {
        Sha256::digest(token) == Sha256::digest(self.token.as_bytes())
    }
}

/// Serves until the program is told to end.
pub(crate) async fn run(options: Options) -> Result<()> {
    let pages = Pages::read(&crate::workspace().join("ui/dist"))?;
    let policy = content_security_policy()?;
    let decoder_policy = HeaderValue::from_str(&decoder_policy(&policy))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .await
        .with_context(|| format!("port {} on 127.0.0.1 cannot be used", options.port))?;
    let port = listener.local_addr()?.port();
    let token: String = rand::random::<[u8; 32]>().iter().map(|byte| format!("{byte:02x}")).collect();
    let url = format!("http://127.0.0.1:{port}/?token={token}");
    if options.json {
        println!("{}", json!({ "url": url, "port": port, "token": token }));
    } else {
        println!("{url}");
    }
    let desk = Desk {
        data_folder: options.data_folder,
        studio: OnceCell::new(),
        streams: Streams::default(),
        pages,
        policy: HeaderValue::from_str(&policy)?,
        decoder_policy,
        token,
        hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
    };
    axum::serve(listener, router(Arc::new(desk))).with_graceful_shutdown(interrupted()).await?;
    Ok(())
}

async fn interrupted() {
    // Without the signal there is no graceful end, but every other end works.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/rpc/{command}", post(call))
        .route("/rpc_stream/{command}/{name}", post(stream))
        .route("/rpc_stop/{name}", post(stop))
        .route_layer(middleware::from_fn_with_state(Arc::clone(&desk), with_token))
        .fallback(page)
        .layer(DefaultBodyLimit::max(MOST_BODY_BYTES))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), from_here))
        .with_state(desk)
}

fn refusal(status: StatusCode, message: &str) -> Response {
    (status, Json(CommandError::new(ErrorCode::PermissionDenied, message))).into_response()
}

impl Desk {
    /// False for names that only point here by DNS rebinding, and for pages of other origins.
    fn is_asked_from_here(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(header::HOST).unwrap_or_default();
        let is_own_page = text(header::ORIGIN).is_none_or(|origin| origin.strip_prefix("http://") == Some(host));
        self.hosts.iter().any(|name| name == host) && is_own_page
    }
}

async fn from_here(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    if !desk.is_asked_from_here(request.headers()) {
        return refusal(StatusCode::FORBIDDEN, "This server answers only pages it served itself, on this computer");
    }
    let policy = if is_decoder(request.uri().path()) { &desk.decoder_policy } else { &desk.policy };
    let policy = policy.clone();
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn with_token(State(desk): State<Arc<Desk>>, headers: HeaderMap, request: Request, next: Next) -> Response {
    match headers.get(TOKEN_HEADER) {
        Some(token) if desk.admits(token.as_bytes()) => next.run(request).await,
        _ => refusal(
            StatusCode::UNAUTHORIZED,
            "This page has no token, or that of an earlier start; open the address that was printed",
        ),
    }
}

async fn page(State(desk): State<Arc<Desk>>, address: Uri) -> Response {
    match desk.pages.at(address.path()) {
        Some(page) => ([(header::CONTENT_TYPE, page.content_type)], page.bytes).into_response(),
        None => refusal(StatusCode::NOT_FOUND, "There is no such page"),
    }
}

fn payload(body: &Bytes) -> Result<Value, CommandError> {
    serde_json::from_slice(body)
        .map_err(|error| CommandError::invalid_input(format!("The payload is not JSON: {error}")))
}

struct Failed(CommandError);

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let status = match self.0.code {
            ErrorCode::InvalidInput => StatusCode::BAD_REQUEST,
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::AlreadyExists | ErrorCode::DataFolderInUse => StatusCode::CONFLICT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, Json(self.0)).into_response()
    }
}

async fn call(State(desk): State<Arc<Desk>>, Path(command): Path<String>, body: Bytes) -> Result<Json<Value>, Failed> {
    let payload = payload(&body).map_err(Failed)?;
    Ok(Json(desk.studio().await.map_err(Failed)?.call(&command, payload).await.map_err(Failed)?))
}

async fn stop(State(desk): State<Arc<Desk>>, Path(name): Path<String>) -> Json<Value> {
    desk.streams.stop(&name);
    Json(json!({}))
}

async fn stream(
    State(desk): State<Arc<Desk>>,
    Path((command, name)): Path<(String, String)>,
    body: Bytes,
) -> Result<Response, Failed> {
    let payload = payload(&body).map_err(Failed)?;
    let studio = desk.studio().await.map_err(Failed)?.clone();
    let (frames, waiting) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let events = frames.clone();
        let sink = Arc::new(move |event: Value| drop(events.send(json!({ "event": event }))));
        let work = desk.streams.run(&studio, &name, &command, payload, sink);
        let mut work = std::pin::pin!(work);
        let answer = tokio::select! {
            answer = &mut work => answer,
            () = frames.closed() => {
                desk.streams.left(&name);
                work.await
            }
        };
        let last = match answer {
            Ok(result) => json!({ "result": result }),
            Err(error) => json!({ "error": error }),
        };
        drop(frames.send(last));
    });
    let events = UnboundedReceiverStream::new(waiting).map(|frame: Value| Event::default().json_data(frame));
    Ok(Sse::new(events).into_response())
}
