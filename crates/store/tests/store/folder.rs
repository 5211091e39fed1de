//! The data folder: who holds it, how brands come and go.

use std::fs;

use quillhouse_domain::{Coded as _, ErrorCode};
use quillhouse_store::{DataFolder, StoreError};
use tempfile::TempDir;

use crate::fixtures::{Fixture, activity, brand, id};

#[tokio::test]
async fn a_folder_that_is_in_use_is_refused_with_the_holders_process() {
    let fixture = Fixture::new().await;
    let error = DataFolder::open(fixture.disk.path()).map(|_| ()).unwrap_err();
    let pid = std::process::id();
    assert!(matches!(error, StoreError::InUse { holder_pid: Some(holder), .. } if holder == pid), "{error:?}");
    assert_eq!(error.code(), ErrorCode::DataFolderInUse);
    assert!(error.to_string().contains(&format!("process {pid}")), "the sentence helps to find it: {error}");
}

#[tokio::test]
async fn a_folder_is_free_again_when_the_last_store_is_gone() {
    let Fixture { brand, data, disk } = Fixture::new().await;
    drop(data);
    assert!(DataFolder::open(disk.path()).is_err(), "a store that is still held keeps the folder");
    drop(brand);
    let data = DataFolder::open(disk.path()).expect("nobody holds it any more");
    data.open_brand(id(1)).expect("the brand is still there");
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_enter_a_new_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let disk = TempDir::new().unwrap();
    let path = disk.path().join("deep").join("data");
    let _data = DataFolder::open(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_file_where_the_folder_should_be_is_named_in_the_error() {
    let disk = TempDir::new().unwrap();
    let path = disk.path().join("data");
    fs::write(&path, "not a folder").unwrap();
    let error = DataFolder::open(&path).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
}

#[tokio::test]
async fn a_brand_has_its_database_files_and_index() {
    let fixture = Fixture::new().await;
    let folder = fixture.data.brand_folder(id(1));
    assert_eq!(fixture.brand.file(), folder.join("brand.db"));
    assert!(folder.join("brand.db").is_file());
    assert!(fixture.data.files_folder(id(1)).is_dir());
    assert!(fixture.data.index_folder(id(1)).is_dir());
    let again = fixture.data.clone().open_brand(id(1)).unwrap();
    assert!(std::sync::Arc::ptr_eq(&again, &fixture.brand), "all share one store and its writer");
}

#[tokio::test]
async fn a_second_brand_of_a_name_leaves_no_folder() {
    let fixture = Fixture::new().await;
    let error = fixture.data.create_brand(brand(2, "ACME")).await.map(|_| ()).unwrap_err();
    assert_eq!(error.code(), ErrorCode::AlreadyExists, "{error}");
    assert!(!fixture.data.brand_folder(id(2)).exists());
    assert_eq!(fixture.data.open_brand(id(2)).map(|_| ()).unwrap_err().code(), ErrorCode::NotFound);
}

#[tokio::test]
async fn a_brand_folder_without_a_row_does_not_hinder_making_the_brand() {
    let fixture = Fixture::new().await;
    fs::create_dir_all(fixture.data.brand_folder(id(2))).unwrap();
    fs::write(fixture.data.brand_folder(id(2)).join("brand.db"), "").unwrap();
    fixture.data.create_brand(brand(2, "Beta")).await.expect("what a crash left is used");
    assert_eq!(fixture.data.app().read(|app| app.brands().list()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_erased_brand_leaves_nothing_and_its_store_says_so() {
    let fixture = Fixture::new().await;
    fixture.data.erase_brand(id(1)).await.unwrap();
    assert_eq!(fs::read_dir(fixture.disk.path().join("brands")).unwrap().count(), 0);
    let error = fixture.brand.write(|brand| brand.activities().insert(&activity(1))).await.unwrap_err();
    assert!(matches!(error, StoreError::Closed { .. }), "{error:?}");
    let error = fixture.brand.read(|brand| brand.activities().list()).await.unwrap_err();
    assert!(matches!(error, StoreError::Closed { .. }), "{error:?}");
    assert_eq!(fixture.data.erase_brand(id(1)).await.unwrap_err().code(), ErrorCode::NotFound);
    fixture.data.create_brand(brand(1, "Acme")).await.expect("name and id are free again");
}

#[tokio::test]
async fn erasing_that_was_cut_short_is_finished_at_the_next_start() {
    let Fixture { brand, data, disk } = Fixture::new().await;
    let folder = data.brand_folder(id(1));
    drop((brand, data));
    let aside = disk.path().join("brands").join(format!(".erasing-{}", folder.file_name().unwrap().to_str().unwrap()));
    fs::rename(&folder, &aside).unwrap();
    let data = DataFolder::open(disk.path()).unwrap();
    assert!(!aside.exists(), "the files are gone");
    assert!(data.app().read(|app| app.brands().list()).await.unwrap().is_empty(), "and so is the row");
}

#[tokio::test]
async fn a_closed_folder_answers_closed_and_keeps_everything() {
    let Fixture { brand, data, disk } = Fixture::new().await;
    brand.write(|brand| brand.activities().insert(&activity(1))).await.unwrap();
    data.close();
    assert!(matches!(data.app().read(|app| app.brands().list()).await, Err(StoreError::Closed { .. })));
    drop((brand, data));
    let data = DataFolder::open(disk.path()).unwrap();
    let activities = data.open_brand(id(1)).unwrap().read(|brand| brand.activities().list()).await.unwrap();
    assert_eq!(activities, [activity(1)]);
}

#[tokio::test]
async fn both_stores_check_themselves_and_fold_their_logs() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.data.app().integrity_check().await.unwrap(), Vec::<String>::new());
    assert_eq!(fixture.brand.integrity_check().await.unwrap(), Vec::<String>::new());
    fixture.data.app().checkpoint().await.unwrap();
    fixture.brand.checkpoint().await.unwrap();
    assert!(fixture.data.path().join("app.db").is_file());
}

#[test]
fn a_child_process_that_is_just_starting_does_not_keep_a_folder() {
    let disk = TempDir::new().unwrap();
    let path = disk.path().to_owned();
    let opening = std::thread::spawn(move || (0..50).try_for_each(|_| DataFolder::open(&path).map(drop)));
    // Until it becomes its own program, a child has copies of all open files, the lock's among them.
    while !opening.is_finished() {
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .arg("--list")
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        child.wait().unwrap();
    }
    opening.join().unwrap().expect("nobody else holds the folder");
}
