//! What keeps keys, what opens them, and what does not.

use std::collections::BTreeMap;

use tempfile::TempDir;

use super::*;

const CANARY: &str = "sk-canary-7f3a9b1c";
/// Cheap, so that the tests try passphrases and not patience.
const CHEAP: Strength = Strength { memory_kib: 64, passes: 1 };

/// A keychain of a test.
#[derive(Default)]
struct Given(Mutex<BTreeMap<String, Vec<u8>>>);

impl Keychain for &'static Given {
    fn is_there(&self) -> bool {
        true
    }

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        Ok(self.0.lock().unwrap().get(name).cloned())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        self.0.lock().unwrap().insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }
}

fn without_keychain(folder: &TempDir) -> Secrets {
    Secrets::with(folder.path(), Box::new(NoKeychain), CHEAP)
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

#[test]
fn a_key_is_kept_under_a_passphrase_and_is_nowhere_in_clear() {
    let folder = TempDir::new().unwrap();
    let secrets = without_keychain(&folder);
    assert_eq!(secrets.put("openai-1", &secret(CANARY)).unwrap_err().code, ErrorCode::KeysLocked, "a passphrase first");
    assert_eq!(secrets.state().unwrap(), KeysState { place: KeyPlace::Passphrase, exists: false, unlocked: false });
    assert!(secrets.unlock(&secret("short")).is_err(), "anybody could try all short ones");
    secrets.unlock(&secret("correct horse battery")).unwrap();
    secrets.put("openai-1", &secret(CANARY)).unwrap();
    assert_eq!(secrets.get("openai-1").unwrap(), Some(secret(CANARY)));
    assert_eq!(secrets.get("openai-2").unwrap(), None);
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(CANARY.len()).any(|window| window == CANARY.as_bytes()), "the file holds it in clear");
    }

    let later = without_keychain(&folder);
    assert_eq!(later.names().unwrap(), ["openai-1"], "which accounts have a key is known without unlocking");
    assert_eq!(later.state().unwrap(), KeysState { place: KeyPlace::Passphrase, exists: true, unlocked: false });
    assert_eq!(later.get("openai-1").unwrap_err().code, ErrorCode::KeysLocked);
    assert_eq!(later.unlock(&secret("correct horse batterx")).unwrap_err().reason, Some(ErrorReason::WrongPassphrase));
    assert!(later.get("openai-1").is_err(), "a wrong passphrase opens nothing");
    later.unlock(&secret("correct horse battery")).unwrap();
    assert_eq!(later.get("openai-1").unwrap(), Some(secret(CANARY)));
    later.remove("openai-1").unwrap();
    assert_eq!(later.get("openai-1").unwrap(), None);
}

#[test]
fn a_keychain_opens_the_keys_by_itself_and_is_written_only_with_the_first_key() {
    let folder = TempDir::new().unwrap();
    let chain: &'static Given = Box::leak(Box::default());
    let secrets = Secrets::with(folder.path(), Box::new(chain), CHEAP);
    assert_eq!(secrets.state().unwrap(), KeysState { place: KeyPlace::Keychain, exists: false, unlocked: true });
    assert!(chain.0.lock().unwrap().is_empty(), "looking writes nothing");
    secrets.put("mistral-1", &secret(CANARY)).unwrap();
    let held = chain.0.lock().unwrap().clone();
    assert_eq!(held.values().map(Vec::len).collect::<Vec<_>>(), [32], "the keychain holds 32 bytes and nothing else");

    let later = Secrets::with(folder.path(), Box::new(chain), CHEAP);
    assert_eq!(later.get("mistral-1").unwrap(), Some(secret(CANARY)));
    assert_eq!(
        later.unlock(&secret("correct horse battery")).unwrap_err().reason,
        Some(ErrorReason::NoPassphraseNeeded)
    );
    chain.0.lock().unwrap().clear();
    let without = Secrets::with(folder.path(), Box::new(chain), CHEAP);
    assert_eq!(
        without.get("mistral-1").unwrap_err().reason,
        Some(ErrorReason::KeychainSilent),
        "said, and nothing lost"
    );
}

#[test]
fn a_key_that_was_moved_or_changed_in_the_file_does_not_open() {
    let folder = TempDir::new().unwrap();
    let secrets = without_keychain(&folder);
    secrets.unlock(&secret("correct horse battery")).unwrap();
    secrets.put("a", &secret("first")).unwrap();
    secrets.put("b", &secret("second")).unwrap();
    let path = folder.path().join(FILE);
    let whole = std::fs::read_to_string(&path).unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&whole).unwrap();
    json["keys"]["a"] = json["keys"]["b"].clone();
    std::fs::write(&path, json.to_string()).unwrap();
    assert_eq!(secrets.get("a").unwrap_err().code, ErrorCode::DataDamaged, "it is bound to its name");
    assert_eq!(secrets.get("b").unwrap(), Some(secret("second")));
    for text in ["", "{}", "not json", "{\"version\":2}", "\u{0}\u{1}"] {
        std::fs::write(&path, text).unwrap();
        let error = secrets.names().unwrap_err();
        assert_eq!(error.code, ErrorCode::DataDamaged, "{text:?}");
        assert!(error.message.contains("enter the keys again"), "it says what to do: {}", error.message);
    }
}
