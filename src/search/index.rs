//! The index folder: opened, made, or set aside when it is damaged.

use super::error::SearchError;
use super::schema::{self, Fields, SCHEMA_VERSION};
use super::searcher::Searcher;
use super::vectors::Vectors;
use super::writer::Writer;
use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::{Directory, ReloadPolicy};

/// The search index of one reservoir, in `root/v{SCHEMA_VERSION}`.
#[derive(Clone)]
pub struct Index {
    root: PathBuf,
    folder: PathBuf,
    set_aside: Option<String>,
}

impl Index {
    /// Opens the index under `root`, makes it where there is none, and sets it aside where it
    /// cannot be read: the new one is empty, which its writer's `standing` tells.
    ///
    /// # Errors
    /// When the folder cannot be made, or a damaged one cannot be moved away.
    pub fn open(root: &Path) -> Result<Self, SearchError> {
        let folder = root.join(format!("v{SCHEMA_VERSION}"));
        let mut index = Self { root: root.to_owned(), folder, set_aside: None };
        fs::create_dir_all(root).map_err(|e| SearchError::folder("make", root, e))?;
        // Two processes that find the same damage must not each set the other's new index aside.
        let _guard = index.lock()?;
        match index.try_reading() {
            Ok(()) => {}
            Err(reason) if index.folder.exists() => {
                index.move_away()?;
                index.create()?;
                index.set_aside = Some(reason);
            }
            Err(_) => index.create()?,
        }
        Ok(index)
    }

    /// The index under `root` as it is, making and mending nothing; `None` where there is none.
    pub fn find(root: &Path) -> Option<Self> {
        let folder = root.join(format!("v{SCHEMA_VERSION}"));
        let is_there = folder.join("meta.json").exists();
        is_there.then(|| Self { root: root.to_owned(), folder, set_aside: None })
    }

    /// Why a former index was set aside on opening, if one was.
    pub fn set_aside(&self) -> Option<&str> {
        self.set_aside.as_deref()
    }

    /// The folder that holds the files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Checks every file against its checksum: reads the whole index, about 1 GB/s.
    ///
    /// # Errors
    /// `Damaged`, naming the first file that differs.
    pub fn verify(&self) -> Result<(), SearchError> {
        let (index, _) = self.tantivy()?;
        let damaged = |reason: String| SearchError::Damaged { path: self.folder.clone(), reason };
        let wrong = index.validate_checksum().map_err(|e| damaged(e.to_string()))?;
        match wrong.iter().min() {
            Some(file) => Err(damaged(format!("checksum of {} is wrong", file.display()))),
            None => Ok(()),
        }
    }

    /// Sets the index aside and makes an empty one, whatever its state.
    ///
    /// # Errors
    /// `Busy` while somebody writes it; else when the folder cannot be moved.
    pub fn reset(&mut self, reason: &str) -> Result<(), SearchError> {
        let _guard = self.lock()?;
        if let Ok((index, _)) = self.tantivy() {
            let lock = index.directory().acquire_lock(&tantivy::directory::INDEX_WRITER_LOCK);
            lock.map_err(|_| SearchError::Busy { path: self.folder.clone() })?;
        }
        self.move_away()?;
        self.create()?;
        self.set_aside = Some(reason.to_owned());
        Ok(())
    }

    /// Takes the writer's lock.
    ///
    /// # Errors
    /// `Busy` while another holds it; `Damaged` or `Index` when the files do not open.
    pub fn writer(&self) -> Result<Writer, SearchError> {
        self.guarded(|| Writer::new(self))
    }

    /// A handle that searches; cheap to clone.
    ///
    /// # Errors
    /// When the files do not open.
    pub fn searcher(&self, vectors: Arc<Vectors>) -> Result<Searcher, SearchError> {
        self.guarded(|| Searcher::new(self, vectors))
    }

    pub(super) fn tantivy(&self) -> Result<(tantivy::Index, Fields), SearchError> {
        let failed = |source| self.failed("open", source);
        let mut index = tantivy::Index::open_in_dir(&self.folder).map_err(failed)?;
        schema::register(&mut index);
        let fields = Fields::find(&index.schema()).filter(|_| index.schema() == schema::schema());
        let fields = fields.ok_or_else(|| SearchError::Damaged {
            path: self.folder.clone(),
            reason: "its fields are not those of this version".to_owned(),
        })?;
        Ok((index, fields))
    }

    pub(super) fn failed(
        &self,
        operation: &'static str,
        source: tantivy::TantivyError,
    ) -> SearchError {
        SearchError::Index { operation, path: self.folder.clone(), source }
    }

    /// Runs what reads files. Tantivy trusts them: a flipped byte can end in a panic far inside it,
    /// which comes out of here as `Damaged`.
    pub(super) fn guarded<T>(
        &self,
        read: impl FnOnce() -> Result<T, SearchError>,
    ) -> Result<T, SearchError> {
        let damaged = |_| SearchError::Damaged {
            path: self.folder.clone(),
            reason: "its files contradict themselves".to_owned(),
        };
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| Err(damaged(panic)))
    }

    fn lock(&self) -> Result<File, SearchError> {
        let path = self.root.join("lock");
        let open = File::create(&path).and_then(|file| file.lock().map(|()| file));
        open.map_err(|e| SearchError::folder("lock", &self.root, e))
    }

    /// Opens everything that a search opens. A writer in another process may remove files between
    /// our reading of the list and our opening of them, so a failure counts only when repeated.
    fn try_reading(&self) -> Result<(), String> {
        if !self.folder.join("meta.json").exists() {
            return Err("meta.json is missing".to_owned());
        }
        let open = || {
            let (index, _) = self.tantivy()?;
            let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into();
            reader.map(drop).map_err(|e: tantivy::TantivyError| self.failed("read", e))
        };
        self.guarded(open).or_else(|_| self.guarded(open)).map_err(|e| explain(&e))
    }

    fn create(&self) -> Result<(), SearchError> {
        fs::create_dir_all(&self.folder)
            .map_err(|e| SearchError::folder("make", &self.folder, e))?;
        let made = tantivy::Index::create_in_dir(&self.folder, schema::schema());
        made.map(drop).map_err(|e| self.failed("make", e))
    }

    /// Keeps the newest damaged index for a look; an older one goes.
    fn move_away(&self) -> Result<(), SearchError> {
        let aside = self.folder.with_extension("aside");
        if aside.exists() {
            let removed = fs::remove_dir_all(&aside).or_else(|_| fs::remove_file(&aside));
            removed.map_err(|e| SearchError::folder("remove", &aside, e))?;
        }
        fs::rename(&self.folder, &aside).map_err(|e| SearchError::folder("move", &self.folder, e))
    }
}

fn explain(error: &SearchError) -> String {
    match error {
        SearchError::Index { source, .. } => source.to_string(),
        other => other.to_string(),
    }
}
