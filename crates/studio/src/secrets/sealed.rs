//! The file of sealed keys: XChaCha20-Poly1305 under 32 bytes, each key by itself and bound to its name.
//!
//! Invariants
//! - A nonce is drawn anew for every sealing; 24 random bytes do not repeat.
//! - A key that was moved to another name does not open.
//! - Writing is to a new file that takes the old one's place when it is on the disk.

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::Path,
};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chacha20poly1305::{
    Key, KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use quillhouse_domain::{ErrorCode, Secret};
use serde::{Deserialize, Serialize};

use crate::{CommandError, ErrorReason};

/// Version of the format.
const VERSION: u32 = 1;
/// Sealed under every key, so that a wrong one is noticed when nothing else is there.
const PROOF: &str = "proof";
/// Largest file that is read: a thousand keys.
const MOST_BYTES: u64 = 1 << 20;
/// More than this is no strength that was written by us, and would take the computer's memory.
const MOST_MEMORY_KIB: u32 = 1 << 20;

/// What deriving costs whoever tries passphrases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Strength {
    /// In KiB.
    pub(super) memory_kib: u32,
    /// Passes over it.
    pub(super) passes: u32,
}

impl Strength {
    /// 64 MiB and three passes: RFC 9106's second recommendation, for machines without memory to spare.
    pub(super) const USUAL: Self = Self { memory_kib: 64 * 1024, passes: 3 };
}

/// Where the 32 bytes come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Protection {
    /// The system's keychain, under that name.
    Keychain {
        /// The entry's name.
        name: String,
    },
    /// A passphrase, by Argon2id.
    Passphrase {
        /// Base64.
        salt: String,
        /// In KiB.
        memory_kib: u32,
        /// Passes over it.
        passes: u32,
    },
}

impl Protection {
    pub(super) fn passphrase(strength: Strength, salt: [u8; 16]) -> Self {
        Self::Passphrase { salt: BASE64.encode(salt), memory_kib: strength.memory_kib, passes: strength.passes }
    }

    /// The 32 bytes of a passphrase.
    pub(super) fn derive(&self, passphrase: &Secret<String>) -> Result<Secret<[u8; 32]>, String> {
        let Self::Passphrase { salt, memory_kib, passes } = self else {
            return Err("it is protected by a keychain".to_owned());
        };
        if *memory_kib > MOST_MEMORY_KIB {
            return Err("it asks for more memory than it may".to_owned());
        }
        let salt = BASE64.decode(salt).map_err(|error| error.to_string())?;
        let params = Params::new(*memory_kib, *passes, 1, Some(32)).map_err(|error| error.to_string())?;
        let mut key = [0; 32];
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose().as_bytes(), &salt, &mut key)
            .map_err(|error| error.to_string())?;
        Ok(Secret::new(key))
    }
}

/// The key is not the one it was sealed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WrongKey;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Sealed {
    nonce: String,
    bytes: String,
}

/// The file as it is read and written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SealedFile {
    version: u32,
    protection: Protection,
    #[serde(default)]
    proof: Option<Sealed>,
    keys: BTreeMap<String, Sealed>,
}

impl SealedFile {
    pub(super) const fn new(protection: Protection) -> Self {
        Self { version: VERSION, protection, proof: None, keys: BTreeMap::new() }
    }

    /// `None` when there is no file; why it cannot be read otherwise.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, String> {
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.to_string()),
            Ok(found) if found.len() > MOST_BYTES => return Err("it is larger than a file of keys can be".to_owned()),
            Ok(_) => {}
        }
        let bytes = fs::read(path).map_err(|error| error.to_string())?;
        let file: Self = serde_json::from_slice(&bytes).map_err(|_| "it is not a file of keys".to_owned())?;
        if file.version != VERSION {
            return Err(format!("it was written by another version of this program ({})", file.version));
        }
        Ok(Some(file))
    }

    pub(super) const fn protection(&self) -> &Protection {
        &self.protection
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.keys.keys().map(String::as_str)
    }

    /// The same, when the key is the right one; a file that was just made takes it as its own.
    pub(super) fn proved(mut self, key: &Secret<[u8; 32]>) -> Result<Self, WrongKey> {
        match &self.proof {
            Some(proof) => open(proof, PROOF, key).map(drop).ok_or(WrongKey)?,
            None => self.proof = Some(seal(PROOF, PROOF.as_bytes(), key)),
        }
        Ok(self)
    }

    pub(super) fn put(&mut self, name: &str, secret: &Secret<String>, key: &Secret<[u8; 32]>) {
        self.keys.insert(name.to_owned(), seal(name, secret.expose().as_bytes(), key));
    }

    pub(super) fn get(&self, name: &str, key: &Secret<[u8; 32]>) -> Result<Secret<String>, String> {
        let sealed = self.keys.get(name).ok_or("there is no such key")?;
        let bytes = open(sealed, name, key).ok_or("a key in it was changed")?;
        String::from_utf8(bytes).map(Secret::new).map_err(|_| "a key in it is no text".to_owned())
    }

    pub(super) fn remove(&mut self, name: &str) -> bool {
        self.keys.remove(name).is_some()
    }

    /// Writes it, for this user's eyes only.
    pub(super) fn write(&self, path: &Path) -> Result<(), CommandError> {
        let text = serde_json::to_vec_pretty(self).map_err(|error| CommandError::internal(&error))?;
        write_whole(path, &text).map_err(|error| {
            if error.kind() == io::ErrorKind::StorageFull {
                return CommandError::new(ErrorCode::DiskFull, "The disk is full. The keys are as they were")
                    .because(ErrorReason::DiskFull);
            }
            CommandError::new(
                ErrorCode::PermissionDenied,
                format!("The sealed keys `{}` could not be written: {error}. They are as they were", path.display()),
            )
            .because(ErrorReason::NoAccess { path: path.display().to_string() })
        })
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)?;
    // The name is on the disk only when its folder is; systems without that notion refuse to open one.
    if let Some(folder) = path.parent().and_then(|folder| fs::File::open(folder).ok()) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn seal(name: &str, bytes: &[u8], key: &Secret<[u8; 32]>) -> Sealed {
    let nonce: [u8; 24] = rand::random();
    let cipher = XChaCha20Poly1305::new(Key::from_slice(key.expose()));
    let sealed = cipher
        .encrypt(XNonce::from_slice(&nonce), Payload { msg: bytes, aad: name.as_bytes() })
        .expect("BUG: a key is shorter than 256 GB");
    Sealed { nonce: BASE64.encode(nonce), bytes: BASE64.encode(sealed) }
}

/// Nothing when anything of it was changed, or the key is another.
fn open(sealed: &Sealed, name: &str, key: &Secret<[u8; 32]>) -> Option<Vec<u8>> {
    let nonce: [u8; 24] = BASE64.decode(&sealed.nonce).ok()?.try_into().ok()?;
    let bytes = BASE64.decode(&sealed.bytes).ok()?;
    let cipher = XChaCha20Poly1305::new(Key::from_slice(key.expose()));
    cipher.decrypt(XNonce::from_slice(&nonce), Payload { msg: &bytes, aad: name.as_bytes() }).ok()
}
