//! Folders and files, on disk or carried in the program.
//!
//! Left out without a word: names that begin with a dot, yt-dlp's `.info.json` (they describe the
//! captions beside them), and what a `.reservoirignore` in the folder read names: a file name, a
//! path from that folder, `*.extension`, or `folder/`, one a line, `#` for comments.

use super::stream::{self, Source};
use super::{Problem, Sink};
use std::collections::HashMap;
use std::fs::{File, Metadata};
use std::io::{BufReader, ErrorKind};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use walkdir::{DirEntry, WalkDir};

const IGNORE_FILE: &str = ".reservoirignore";
const GO_ON: ControlFlow<()> = ControlFlow::Continue(());
/// A description beside captions that is larger is not read, in bytes.
const MAX_INFO: u64 = 8 << 20;

/// Reads a file, or all files under a folder in the order of their names, into `sink`.
///
/// Symbolic links are followed; loops, special files, and what cannot be read or recognised come
/// as problems, and the rest goes on.
pub fn read_path(path: &Path, sink: &mut Sink<'_>) {
    // The sink's wish to stop ends the reading; there is nothing more to do about it.
    let _ = read_tree(path, sink);
}

fn read_tree(path: &Path, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let root = match std::fs::canonicalize(path) {
        Ok(root) => root,
        Err(error) => return sink(Err(Problem::io(path.display().to_string(), "find it", &error))),
    };
    let ignored = match std::fs::read_to_string(root.join(IGNORE_FILE)) {
        Ok(rules) => Ignored::parse(&rules),
        Err(_) => Ignored::default(),
    };
    let is_wanted = |entry: &DirEntry| {
        let below = entry.path().strip_prefix(&root).unwrap_or(entry.path());
        entry.depth() == 0 || !ignored.covers(&slashed(below))
    };
    let walk = WalkDir::new(&root).follow_links(true).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(is_wanted) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => read_entry(entry.path(), sink)?,
            Err(error) => sink(Err(walk_problem(&error)))?,
        }
    }
    GO_ON
}

fn read_entry(path: &Path, sink: &mut Sink<'_>) -> ControlFlow<()> {
    let location = path.display().to_string();
    // Asked before opening: opening a FIFO would wait for its writer.
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => return sink(Err(Problem::io(location, "look at it", &error))),
    };
    if !metadata.is_file() {
        let what = format!("it is {}, not a file", special(&metadata));
        return sink(Err(Problem::new(location, what, "leave it out")));
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return sink(Err(Problem::io(location, "open it", &error))),
    };
    let info = || {
        info_names(&location).into_iter().find_map(|name| {
            let is_small =
                std::fs::metadata(&name).is_ok_and(|m| m.is_file() && m.len() <= MAX_INFO);
            is_small.then(|| std::fs::read(&name).ok()).flatten()
        })
    };
    let source = Source { location: &location, info: &info, size: Some(metadata.len()) };
    stream::read(&source, &mut BufReader::with_capacity(64 << 10, file), sink)
}

/// Reads files carried in the program, given as path and bytes, as if they stood in one folder.
pub fn read_files(files: &[(&str, &[u8])], sink: &mut Sink<'_>) {
    let by_name: HashMap<&str, &[u8]> = files.iter().copied().collect();
    let rules = by_name.get(IGNORE_FILE).map(|bytes| String::from_utf8_lossy(bytes));
    let ignored = Ignored::parse(rules.as_deref().unwrap_or_default());
    let mut sorted: Vec<_> = files.to_vec();
    sorted.sort_unstable_by_key(|(path, _)| *path);
    for (path, bytes) in sorted {
        if ignored.covers(path) {
            continue;
        }
        let info = || {
            info_names(path).iter().find_map(|name| by_name.get(name.as_str())).map(|b| b.to_vec())
        };
        let source = Source { location: path, info: &info, size: Some(bytes.len() as u64) };
        let mut input = bytes;
        if stream::read(&source, &mut input, sink).is_break() {
            return;
        }
    }
}

/// Where the description of captions may stand: `a.en.vtt` has `a.en.info.json` or `a.info.json`.
fn info_names(location: &str) -> Vec<String> {
    let Some((stem, _)) = location.rsplit_once('.') else { return Vec::new() };
    let folder_end = stem.rfind('/').map_or(0, |at| at + 1);
    let mut names = vec![format!("{stem}.info.json")];
    if let Some(dot) = stem[folder_end..].rfind('.') {
        names.push(format!("{}.info.json", &stem[..folder_end + dot]));
    }
    names
}

fn walk_problem(error: &walkdir::Error) -> Problem {
    let path = error.path().map(PathBuf::from).unwrap_or_default().display().to_string();
    if let Some(ancestor) = error.loop_ancestor() {
        let what = format!("the link leads back to {}, above it", ancestor.display());
        return Problem::new(path, what, "remove the link; everything else is read");
    }
    match error.io_error() {
        Some(io) if io.kind() == ErrorKind::NotFound => {
            Problem::new(path, "the link leads nowhere", "remove the link, or restore its target")
        }
        Some(io) => Problem::io(path, "open it", io),
        None => Problem::new(path, error.to_string(), "check the folder"),
    }
}

#[cfg(unix)]
fn special(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    match () {
        () if kind.is_fifo() => "a named pipe",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "something special",
    }
}

#[cfg(not(unix))]
fn special(_: &Metadata) -> &'static str {
    "something special"
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// What is left out of a folder.
#[derive(Debug, Default)]
struct Ignored(Vec<String>);

impl Ignored {
    fn parse(rules: &str) -> Self {
        let rules = rules.lines().map(str::trim);
        Self(
            rules
                .filter(|rule| !rule.is_empty() && !rule.starts_with('#'))
                .map(str::to_owned)
                .collect(),
        )
    }

    /// Whether the file or folder at `path`, from the folder read, is left out.
    fn covers(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        if name.starts_with('.') || name.ends_with(".info.json") {
            return true;
        }
        self.0.iter().any(|rule| {
            let rule = rule.trim_start_matches('/');
            if let Some(folder) = rule.strip_suffix('/') {
                return path == folder || path.starts_with(rule);
            }
            match rule.strip_prefix('*') {
                Some(end) => name.ends_with(end),
                // A bare name means the file at the top, as in `README.md`.
                None => path == rule,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("README.md", true)]
    #[case("sub/README.md", false)]
    #[case("drafts", true)]
    #[case("drafts/a.md", true)]
    #[case("x/y.tmp", true)]
    #[case(".git", true)]
    #[case("v/a.info.json", true)]
    #[case("a.md", false)]
    fn rules_leave_out_what_they_name(#[case] path: &str, #[case] expected: bool) {
        let ignored = Ignored::parse("# ours\nREADME.md\n\ndrafts/\n*.tmp\n");
        assert_eq!(ignored.covers(path), expected);
    }

    #[test]
    fn a_description_is_looked_for_under_both_names() {
        assert_eq!(info_names("v.1/a.en.vtt"), ["v.1/a.en.info.json", "v.1/a.info.json"]);
        assert_eq!(info_names("v.1/a.vtt"), ["v.1/a.info.json"]);
    }
}
