//! Keys of accounts: sealed in one file, under a key that the system's keychain holds or that a passphrase gives.
//!
//! The keychain holds 32 bytes and nothing else, because some take no more than 2,560 and strings twice as long; everything
//! else is sealed under them. Where there is no keychain (servers, containers, WSL) the 32 bytes come from a passphrase by
//! Argon2id, and the screen says so.
//!
//! Invariants
//! - A key is nowhere in clear but in memory, as a [`Secret`]; the file is written whole or not at all.
//! - Which accounts have a key is known without unlocking.
//! - Nothing is put into a keychain before there is a key to keep.

mod sealed;

use std::{
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use quillhouse_domain::{ErrorCode, Secret};

use self::sealed::{Protection, SealedFile, Strength, WrongKey};
use crate::{CommandError, ErrorReason};

/// Name under which the keychain lists it.
const SERVICE: &str = "Quillhouse";
/// The file in the data folder.
const FILE: &str = "keys.sealed";

/// Where the 32 bytes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyPlace {
    /// The system's keychain.
    Keychain,
    /// A passphrase.
    Passphrase,
}

/// What can be said of the keys without having one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeysState {
    /// Where they are protected, or would be.
    pub(crate) place: KeyPlace,
    /// True when there is a file, so that a passphrase was chosen.
    pub(crate) exists: bool,
    /// True when they can be used and changed now.
    pub(crate) unlocked: bool,
}

/// The keys of a data folder.
pub(crate) struct Secrets {
    file: PathBuf,
    keychain: Box<dyn Keychain>,
    strength: Strength,
    /// Given when the program was started, for terminals and servers.
    passphrase: Option<Secret<String>>,
    opened: Mutex<Option<Secret<[u8; 32]>>>,
}

/// What holds 32 bytes for us.
trait Keychain: Send + Sync {
    fn is_there(&self) -> bool;
    /// `None` when it holds nothing under that name.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String>;
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String>;
}

/// The one of the operating system.
struct SystemKeychain;

impl Keychain for SystemKeychain {
    fn is_there(&self) -> bool {
        // Reading an entry that does not exist tells whether there is one without writing into it.
        keyring::Entry::store_status().is_ok()
            && matches!(
                keyring::Entry::new(SERVICE, "probe").and_then(|entry| entry.get_secret()),
                Ok(_) | Err(keyring::Error::NoEntry)
            )
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        match keyring::Entry::new(SERVICE, name).and_then(|entry| entry.get_secret()) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error.to_string()),
        }
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        keyring::Entry::new(SERVICE, name).and_then(|entry| entry.set_secret(bytes)).map_err(|error| error.to_string())
    }
}

/// Where the user wants no keychain, or a test must not touch one.
struct NoKeychain;

impl Keychain for NoKeychain {
    fn is_there(&self) -> bool {
        false
    }

    fn get(&self, _: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(None)
    }

    fn put(&self, _: &str, _: &[u8]) -> Result<(), String> {
        Err("there is no keychain".to_owned())
    }
}

impl Secrets {
    /// The keys in this data folder. Nothing is read yet.
    pub(crate) fn new(data_folder: &Path, with_keychain: bool, passphrase: Option<Secret<String>>) -> Self {
        let keychain: Box<dyn Keychain> = if with_keychain { Box::new(SystemKeychain) } else { Box::new(NoKeychain) };
        Self { passphrase, ..Self::with(data_folder, keychain, Strength::USUAL) }
    }

    fn with(data_folder: &Path, keychain: Box<dyn Keychain>, strength: Strength) -> Self {
        Self { file: data_folder.join(FILE), keychain, strength, passphrase: None, opened: Mutex::default() }
    }

    fn opened(&self) -> MutexGuard<'_, Option<Secret<[u8; 32]>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> Result<Option<SealedFile>, CommandError> {
        SealedFile::read(&self.file).map_err(|reason| damaged(&self.file, &reason))
    }

    /// How things stand. Asks the keychain, so it may wait for the system; not for use on an async thread.
    pub(crate) fn state(&self) -> Result<KeysState, CommandError> {
        let file = self.read()?;
        let place = match file.as_ref().map(SealedFile::protection) {
            Some(Protection::Keychain { .. }) => KeyPlace::Keychain,
            None if self.keychain.is_there() => KeyPlace::Keychain,
            Some(Protection::Passphrase { .. }) | None => KeyPlace::Passphrase,
        };
        let unlocked = self.opened().is_some()
            || self.passphrase.is_some()
            || (place == KeyPlace::Keychain && (file.is_none() || self.open().is_ok()));
        Ok(KeysState { place, exists: file.is_some(), unlocked })
    }

    /// Names of the accounts that have a key.
    pub(crate) fn names(&self) -> Result<Vec<String>, CommandError> {
        Ok(self.read()?.map(|file| file.names().map(str::to_owned).collect()).unwrap_or_default())
    }

    /// Takes the passphrase: chooses it when there are no keys yet, otherwise proves it. Takes about half a second.
    pub(crate) fn unlock(&self, passphrase: &Secret<String>) -> Result<(), CommandError> {
        let file = self.read()?;
        if passphrase.expose().chars().count() < SHORTEST_PASSPHRASE && file.is_none() {
            return Err(CommandError::invalid_input(format!(
                "The passphrase is too short; it needs at least {SHORTEST_PASSPHRASE} characters. Nothing was kept"
            ))
            .because(ErrorReason::PassphraseTooShort { limit: SHORTEST_PASSPHRASE as u32 }));
        }
        let file = match file {
            Some(file) => file,
            None => SealedFile::new(Protection::passphrase(self.strength, rand::random())),
        };
        let Protection::Passphrase { .. } = file.protection() else {
            return Err(CommandError::invalid_input(
                "The keys are protected by the system's keychain; no passphrase is needed",
            )
            .because(ErrorReason::NoPassphraseNeeded));
        };
        let key = file.protection().derive(passphrase).map_err(|reason| damaged(&self.file, &reason))?;
        let file = file.proved(&key).map_err(|WrongKey| {
            CommandError::invalid_input(
                "This is not the passphrase the keys were sealed with. Nothing was changed; try again",
            )
            .because(ErrorReason::WrongPassphrase)
        })?;
        file.write(&self.file)?;
        *self.opened() = Some(key);
        Ok(())
    }

    /// The 32 bytes: those in memory, or the keychain's.
    fn open(&self) -> Result<Secret<[u8; 32]>, CommandError> {
        if let Some(key) = self.opened().clone() {
            return Ok(key);
        }
        let Some(file) = self.read()? else { return Err(locked()) };
        let Protection::Keychain { name } = file.protection() else {
            self.unlock(self.passphrase.as_ref().ok_or_else(locked)?)?;
            return self.opened().clone().ok_or_else(locked);
        };
        let bytes = self.keychain.get(name).map_err(|reason| no_keychain(&reason))?;
        let key: [u8; 32] = bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| no_keychain("it no longer has what the keys were sealed with"))?;
        let key = Secret::new(key);
        file.proved(&key).map_err(|WrongKey| no_keychain("what it holds does not open the keys"))?;
        *self.opened() = Some(key.clone());
        Ok(key)
    }

    /// The file and what opens it; both are made when there is a keychain and no file.
    fn opened_or_made(&self) -> Result<(SealedFile, Secret<[u8; 32]>), CommandError> {
        if let Some(file) = self.read()? {
            return Ok((file, self.open()?));
        }
        if !self.keychain.is_there() {
            self.unlock(self.passphrase.as_ref().ok_or_else(locked)?)?;
            let file = self.read()?.ok_or_else(locked)?;
            return Ok((file, self.open()?));
        }
        let key = Secret::new(rand::random::<[u8; 32]>());
        let name = format!("keys {}", BASE64.encode(rand::random::<[u8; 9]>()));
        self.keychain.put(&name, key.expose()).map_err(|reason| no_keychain(&reason))?;
        let file = SealedFile::new(Protection::Keychain { name });
        let file = file.proved(&key).map_err(|WrongKey| locked())?;
        *self.opened() = Some(key.clone());
        Ok((file, key))
    }

    /// Keeps a key under a name, in place of a former one.
    pub(crate) fn put(&self, name: &str, secret: &Secret<String>) -> Result<(), CommandError> {
        let (mut file, key) = self.opened_or_made()?;
        file.put(name, secret, &key);
        file.write(&self.file)
    }

    /// The key of that name; `None` when there is none.
    pub(crate) fn get(&self, name: &str) -> Result<Option<Secret<String>>, CommandError> {
        let Some(file) = self.read()? else { return Ok(None) };
        if !file.names().any(|known| known == name) {
            return Ok(None);
        }
        file.get(name, &self.open()?).map(Some).map_err(|reason| damaged(&self.file, &reason))
    }

    /// Forgets the key of that name; needs no unlocking.
    pub(crate) fn remove(&self, name: &str) -> Result<(), CommandError> {
        let Some(mut file) = self.read()? else { return Ok(()) };
        if file.remove(name) { file.write(&self.file) } else { Ok(()) }
    }

    /// Forgets all of them and how they were protected.
    pub(crate) fn erase(&self) -> Result<(), CommandError> {
        *self.opened() = None;
        match std::fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(CommandError::new(
                ErrorCode::PermissionDenied,
                format!("The sealed keys `{}` could not be deleted: {error}", self.file.display()),
            )),
            _ => Ok(()),
        }
    }
}

/// Characters; below that a passphrase can be tried out in days, whatever Argon2id costs.
const SHORTEST_PASSPHRASE: usize = 10;

fn locked() -> CommandError {
    CommandError::new(
        ErrorCode::KeysLocked,
        "This computer has no keychain that can be used, so keys are sealed under a passphrase. Give it first: in the \
         settings, or as QUILLHOUSE_PASSPHRASE in the terminal",
    )
    .because(ErrorReason::KeysLocked)
}

fn no_keychain(reason: &str) -> CommandError {
    CommandError::new(
        ErrorCode::KeysLocked,
        format!(
            "The system's keychain does not give what opens the keys ({reason}). The keys are safe; unlock the keychain"
        ),
    )
    .because(ErrorReason::KeychainSilent)
}

fn damaged(file: &Path, reason: &str) -> CommandError {
    CommandError::new(
        ErrorCode::DataDamaged,
        format!(
            "The sealed keys `{}` cannot be read: {reason}. Delete the file and enter the keys again",
            file.display()
        ),
    )
    .because(ErrorReason::DatabaseDamaged { path: file.display().to_string() })
}

#[cfg(test)]
mod tests;
