//! What a hub of models says about a file: its size, and its SHA-256 where it is kept by it.

use quillhouse_egress::{Egress, Purpose, Request};
use serde::Deserialize;
use url::Url;

use super::DownloadError;

/// A file as the hub lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubFile {
    /// Its size.
    pub size_bytes: u64,
    /// Its SHA-256; small text files have none.
    pub sha256: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    path: String,
    size: u64,
    lfs: Option<Large>,
}

#[derive(Deserialize)]
struct Large {
    oid: String,
    size: u64,
}

/// Asks the hub about one file of a repository: `GET <hub>/api/models/<repository>/tree/<revision>`. What it says proves that
/// all of its file came; whether it is the file one wants, only a checksum from elsewhere can tell.
pub async fn hub_file(
    egress: &Egress,
    hub: &Url,
    repository: &str,
    revision: &str,
    path: &str,
) -> Result<HubFile, DownloadError> {
    let unlisted = |reason: &str| DownloadError::Unlisted { reason: reason.to_owned() };
    let folder = path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("/{folder}"));
    let address = hub.join(&format!("api/models/{repository}/tree/{revision}{folder}"));
    let address = address.map_err(|_| unlisted("its address cannot be used"))?;
    let answer = egress.request(Request::get(address, Purpose::ModelDownload)).await?;
    if !answer.is_success() {
        return Err(DownloadError::Status { status: answer.status });
    }
    let listed: Vec<Listed> = answer.json()?;
    let file = listed.into_iter().find(|file| file.path == path).ok_or_else(|| unlisted("it is not in the list"))?;
    let plain =
        |digest: &str| digest.len() == 64 && digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    Ok(match file.lfs {
        Some(large) if plain(&large.oid) => HubFile { size_bytes: large.size, sha256: Some(large.oid) },
        Some(_) => return Err(unlisted("its checksum cannot be read")),
        None => HubFile { size_bytes: file.size, sha256: None },
    })
}
