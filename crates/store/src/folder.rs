//! The data folder: `quillhouse.lock`, `app.db`, and `brands/<id>/{brand.db, files/, index/}`.
//!
//! Invariants
//! - The folder's lock is held as long as any of its databases is open.
//! - A brand exists when it has a row in `app.db`; a folder without a row was never finished and is not shown.
//! - Erasing renames the brand's folder first; what a crash leaves half erased is erased when the folder is next opened.

use std::{
    collections::HashMap,
    fs::{self, File, TryLockError},
    io::{ErrorKind, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use quillhouse_domain::BrandId;

use crate::{AppStore, BrandRow, BrandStore, StoreError, database::Database, migrations};

/// Marks a brand's folder that is being erased.
const ERASING: &str = ".erasing-";

/// An open data folder. Cheap to clone; all clones share the lock, the databases and their writer threads.
#[derive(Clone)]
pub struct DataFolder {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    app: AppStore,
    brands: Mutex<HashMap<BrandId, Arc<BrandStore>>>,
    lock: Arc<FolderLock>,
}

/// Held by every writer thread of the folder; the last one to end lets go of the folder.
#[derive(Debug)]
pub(crate) struct FolderLock {
    // Closing the file releases the lock, also when the process is killed.
    _file: File,
}

impl FolderLock {
    pub(crate) fn take(folder: &Path) -> Result<Self, StoreError> {
        let path = folder.join("quillhouse.lock");
        let open = |error| StoreError::from_io("open", &path, error);
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(open)?;
        match try_lock_patiently(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // Where a lock also keeps others from reading, the pid stays unknown.
                let holder_pid = file.read_to_string(&mut text).ok().and_then(|_| text.trim().parse().ok());
                return Err(StoreError::InUse { folder: folder.to_owned(), holder_pid });
            }
            Err(TryLockError::Error(error)) => return Err(StoreError::from_io("lock", &path, error)),
        }
        // Only the message to others needs the pid; a full disk must not keep anybody from reading.
        let _ = file.set_len(0).and_then(|()| file.rewind()).and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

/// Takes the lock, or fails after half a second. A child process holds copies of all files its parent had open until
/// it has become its own program, so a lock that was just let go may look held for a moment.
fn try_lock_patiently(file: &File) -> Result<(), TryLockError> {
    for _ in 0..25 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
            outcome => return outcome,
        }
    }
    file.try_lock()
}

/// Makes a folder, and those above it, that only its owner can enter.
fn create_folder(path: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|error| StoreError::from_io("create the folder", path, error))
}

/// Writes a folder's entries to disk, so that a power cut does not take a new folder away under a row that names it.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    #[cfg(unix)]
    File::open(path)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| StoreError::from_io("write the folder", path, error))?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn remove_folder(path: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::from_io("remove the folder", path, error)),
        _ => Ok(()),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| Err(StoreError::Panicked { detail: error.to_string() }))
}

impl DataFolder {
    /// Opens the folder, making it when it is missing, and holds it until the last clone and the last store of it are
    /// gone. Fails with `InUse` while another process, or another `DataFolder` of this one, holds it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        create_folder(path)?;
        let lock = Arc::new(FolderLock::take(path)?);
        create_folder(&path.join("brands"))?;
        let app = AppStore::new(Database::open(&path.join("app.db"), &migrations::app(), Arc::clone(&lock))?);
        let brands = Mutex::new(HashMap::new());
        let folder = Self { inner: Arc::new(Inner { path: path.to_owned(), app, brands, lock }) };
        folder.finish_erasing()?;
        Ok(folder)
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// What belongs to the application and not to one brand.
    pub fn app(&self) -> &AppStore {
        &self.inner.app
    }

    /// The folder of a brand, whether or not the brand exists.
    pub fn brand_folder(&self, id: BrandId) -> PathBuf {
        self.brands_folder().join(id.to_string())
    }

    /// Where a brand's copies of its files are.
    pub fn files_folder(&self, id: BrandId) -> PathBuf {
        self.brand_folder(id).join("files")
    }

    /// Where a brand's disposable index is.
    pub fn index_folder(&self, id: BrandId) -> PathBuf {
        self.brand_folder(id).join("index")
    }

    /// The store of a brand; the same one every time until it is erased.
    pub fn open_brand(&self, id: BrandId) -> Result<Arc<BrandStore>, StoreError> {
        let mut brands = self.inner.brands.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = brands.get(&id) {
            return Ok(Arc::clone(store));
        }
        let file = self.brand_folder(id).join("brand.db");
        if !file.try_exists().map_err(|error| StoreError::from_io("open", &file, error))? {
            return Err(StoreError::NotFound { noun: "brand", name: id.to_string() });
        }
        let store = Arc::new(BrandStore::new(self.open_brand_database(&file)?));
        brands.insert(id, Arc::clone(&store));
        Ok(store)
    }

    /// Makes the brand's folder and database, then its row. When that fails the folder is taken away again.
    pub async fn create_brand(&self, row: BrandRow) -> Result<Arc<BrandStore>, StoreError> {
        let id = row.id;
        let wanted = row.clone();
        self.app().read(move |app| app.brands().check_new(&wanted)).await?;
        let folder = self.clone();
        let store = blocking(move || {
            let path = folder.brand_folder(id);
            create_folder(&folder.files_folder(id))?;
            create_folder(&folder.index_folder(id))?;
            folder.open_brand_database(&path.join("brand.db"))?.close();
            sync_folder(&path)?;
            sync_folder(&folder.brands_folder())?;
            folder.open_brand(id)
        })
        .await?;
        if let Err(error) = self.app().write(move |app| app.brands().insert(&row)).await {
            let folder = self.clone();
            if let Err(left) = blocking(move || folder.remove_brand_folder(id)).await {
                tracing::warn!(%id, %left, "the folder of a brand that could not be made is still there");
            }
            return Err(error);
        }
        Ok(store)
    }

    /// Removes the brand, its database, files and index. Every handle of its store that is still held answers with
    /// `Closed` from then on.
    pub async fn erase_brand(&self, id: BrandId) -> Result<(), StoreError> {
        self.app().read(move |app| app.brands().get(id).map(|_| ())).await?;
        let folder = self.clone();
        let erasing = blocking(move || folder.set_brand_aside(id)).await?;
        self.app().write(move |app| app.brands().delete(id)).await?;
        blocking(move || remove_folder(&erasing)).await
    }

    /// Closes every database after the work it has, although handles may still be held; those answer with `Closed`.
    /// Blocks until that is done. The folder stays locked until the last clone is gone.
    pub fn close(&self) {
        let stores: Vec<_> =
            self.inner.brands.lock().unwrap_or_else(PoisonError::into_inner).drain().map(|(_, store)| store).collect();
        for store in stores {
            store.close();
        }
        self.app().close();
    }

    fn brands_folder(&self) -> PathBuf {
        self.inner.path.join("brands")
    }

    fn open_brand_database(&self, file: &Path) -> Result<Database, StoreError> {
        Database::open(file, &migrations::brand(), Arc::clone(&self.inner.lock))
    }

    fn close_brand(&self, id: BrandId) {
        let store = self.inner.brands.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        if let Some(store) = store {
            store.close();
        }
    }

    fn remove_brand_folder(&self, id: BrandId) -> Result<(), StoreError> {
        self.close_brand(id);
        remove_folder(&self.brand_folder(id))
    }

    fn set_brand_aside(&self, id: BrandId) -> Result<PathBuf, StoreError> {
        self.close_brand(id);
        let (from, to) = (self.brand_folder(id), self.brands_folder().join(format!("{ERASING}{id}")));
        match fs::rename(&from, &to) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(StoreError::from_io("remove the folder", &from, error));
            }
            _ => {}
        }
        sync_folder(&self.brands_folder())?;
        Ok(to)
    }

    fn finish_erasing(&self) -> Result<(), StoreError> {
        let brands = self.brands_folder();
        let list = |error| StoreError::from_io("list the folder", &brands, error);
        for entry in fs::read_dir(&brands).map_err(list)? {
            let entry = entry.map_err(list)?;
            let name = entry.file_name();
            let Some(id) = name.to_str().and_then(|name| name.strip_prefix(ERASING)?.parse::<BrandId>().ok()) else {
                continue;
            };
            self.app().write_blocking(move |app| match app.brands().delete(id) {
                Err(StoreError::NotFound { .. }) => Ok(()),
                other => other,
            })?;
            remove_folder(&entry.path())?;
        }
        Ok(())
    }
}
