//! Which files a list of paths means: folders are walked, everything that cannot be read is named.
//!
//! Invariants
//! - The order depends on names only, never on the file system.
//! - A folder is entered once, however many links lead to it.
//! - Nothing is passed over in silence, except hidden files and those an office program keeps while it edits.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use quillhouse_domain::{DocumentFormat, Problem, ProblemKind};

/// A file that may be a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FoundFile {
    pub(super) path: PathBuf,
    /// The file's name, in the form it is shown.
    pub(super) name: String,
    pub(super) format: DocumentFormat,
    /// Its size when it was found.
    pub(super) byte_count: u64,
}

/// A path that gives no document, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkippedFile {
    /// The path as far as it is known.
    pub path: PathBuf,
    /// Why, and what to do.
    pub problem: Problem,
}

/// What the paths hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Scan {
    pub(super) files: Vec<FoundFile>,
    pub(super) skipped: Vec<SkippedFile>,
}

/// Walks the paths in their order, each folder in the order of its names.
/// Folders below `excluded` are not entered: they hold the library's own copies.
pub(super) fn scan(paths: &[PathBuf], excluded: Option<&Path>) -> Scan {
    let mut walk = Walk::default();
    // A folder that counts as entered is not entered again.
    walk.folders.extend(excluded.and_then(|folder| folder.canonicalize().ok()));
    for path in paths {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => walk.folder(path),
            Ok(metadata) => walk.file(path, &metadata),
            Err(error) => walk.skip(path, not_readable(path, &error)),
        }
    }
    walk.scan
}

#[derive(Default)]
struct Walk {
    scan: Scan,
    folders: BTreeSet<PathBuf>,
    files: BTreeSet<PathBuf>,
}

impl Walk {
    fn folder(&mut self, folder: &Path) {
        // Depth is bounded by the file system's own limit on path lengths, because no folder is entered twice.
        let mut waiting = vec![folder.to_path_buf()];
        while let Some(folder) = waiting.pop() {
            let entered = folder.canonicalize().map(|real| self.folders.insert(real));
            let entries = match entered {
                Ok(false) => continue,
                Ok(true) => fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>),
                Err(error) => Err(error),
            };
            let mut entries = match entries {
                Ok(entries) => entries,
                Err(error) => {
                    self.skip(&folder, not_readable(&folder, &error));
                    continue;
                }
            };
            entries.sort_by_key(fs::DirEntry::file_name);
            let mut folders = Vec::new();
            for entry in entries {
                let path = entry.path();
                if is_hidden(&display_name(&path)) {
                    continue;
                }
                // Follows links, unlike the entry's own metadata.
                match fs::metadata(&path) {
                    Ok(metadata) if metadata.is_dir() => folders.push(path),
                    Ok(metadata) => self.file(&path, &metadata),
                    Err(error) => self.skip(&path, not_readable(&path, &error)),
                }
            }
            waiting.extend(folders.into_iter().rev());
        }
    }

    fn file(&mut self, path: &Path, metadata: &fs::Metadata) {
        if path.canonicalize().is_ok_and(|real| !self.files.insert(real)) {
            return;
        }
        let name = display_name(path);
        match DocumentFormat::from_file_name(&name) {
            Some(format) if metadata.is_file() => {
                let byte_count = metadata.len();
                self.scan.files.push(FoundFile { path: path.to_path_buf(), name, format, byte_count });
            }
            _ => self.skip(path, unsupported(&name)),
        }
    }

    fn skip(&mut self, path: &Path, problem: Problem) {
        self.scan.skipped.push(SkippedFile { path: path.to_path_buf(), problem });
    }
}

/// The last part of a path; characters that are no text are replaced.
pub(super) fn display_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name.starts_with("~$")
}

/// The sentence for a file whose name promises no format that is read.
pub(super) fn unsupported(name: &str) -> Problem {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    let better = match ending.as_str() {
        "doc" | "dot" | "odt" | "rtf" | "pages" | "wpd" => "DOCX or PDF",
        "ppt" | "pps" | "odp" | "key" => "PPTX or PDF",
        "numbers" | "fods" => "XLSX or CSV",
        "msg" => "EML",
        "png" | "jpg" | "jpeg" | "tif" | "tiff" | "heic" | "webp" => "a PDF with text recognition (OCR)",
        _ => "PDF, DOCX, PPTX, XLSX, ODS, CSV, HTML, Markdown, plain text or EML",
    };
    Problem {
        kind: ProblemKind::UnsupportedType,
        message: format!("`{name}` is not a kind of file that is read. Save it as {better} and add it again"),
        pages: Vec::new(),
    }
}

/// The sentence for a file or folder the system does not let us read.
pub(super) fn not_readable(path: &Path, error: &io::Error) -> Problem {
    let advice = match error.kind() {
        io::ErrorKind::NotFound => "does not exist. Check the path and add it again".to_owned(),
        io::ErrorKind::PermissionDenied => {
            "cannot be opened with your rights. Change its permissions or copy it, then add it again".to_owned()
        }
        _ => format!("could not be opened ({error}). Check the drive it is on, then add it again"),
    };
    Problem { kind: ProblemKind::NotReadable, message: format!("`{}` {advice}", path.display()), pages: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, names: &[&str]) {
        for name in names {
            let path = folder.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        }
    }

    fn names(scan: &Scan) -> Vec<&str> {
        scan.files.iter().map(|file| file.name.as_str()).collect()
    }

    #[test]
    fn a_folder_is_read_in_the_order_of_its_names_without_hidden_files() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &["b.md", "a/z.txt", "a/c.PDF", ".git/x.md", ".secret.md", "~$open.docx", "A.html"]);
        let found = scan(&[folder.path().to_path_buf()], None);
        assert_eq!(names(&found), ["A.html", "b.md", "c.PDF", "z.txt"], "files first, then folders, each by name");
        assert!(found.skipped.is_empty(), "hidden files are not worth a word: {:?}", found.skipped);
    }

    #[test]
    fn what_is_not_read_is_named_and_does_not_stop_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &["photo.png", "no-extension", "fine.md"]);
        let missing = folder.path().join("missing.pdf");
        let found = scan(&[missing.clone(), folder.path().to_path_buf()], None);
        assert_eq!(names(&found), ["fine.md"]);
        let kinds: Vec<_> = found.skipped.iter().map(|skipped| skipped.problem.kind).collect();
        assert_eq!(kinds, [ProblemKind::NotReadable, ProblemKind::UnsupportedType, ProblemKind::UnsupportedType]);
        assert!(found.skipped[0].problem.message.contains("missing.pdf"), "the sentence names the file");
    }

    #[test]
    fn the_librarys_own_folder_is_not_read_into_itself() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &["a.md", "data/brands/1/files/copy.md"]);
        let found = scan(&[folder.path().to_path_buf()], Some(&folder.path().join("data")));
        assert_eq!(names(&found), ["a.md"], "another brand's copies must not come in by the back door");
    }

    #[test]
    fn a_file_given_twice_is_found_once() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &["a.md"]);
        let file = folder.path().join("a.md");
        assert_eq!(names(&scan(&[file.clone(), folder.path().to_path_buf(), file], None)), ["a.md"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_that_lead_in_a_circle_or_nowhere_end() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &["a/one.md", "two.md"]);
        symlink(folder.path(), folder.path().join("a/up")).unwrap();
        symlink(folder.path().join("a"), folder.path().join("b")).unwrap();
        symlink(folder.path().join("gone.md"), folder.path().join("dead.md")).unwrap();
        let found = scan(&[folder.path().to_path_buf()], None);
        assert_eq!(names(&found), ["two.md", "one.md"], "each file once");
        assert_eq!(found.skipped.len(), 1, "the link to nowhere is named: {:?}", found.skipped);
    }
}
