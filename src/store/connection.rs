//! Connections: one thread that writes, a few connections that read.

use super::error::Doing;
use super::{StoreError, schema};
use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use std::ops::Deref;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long a write waits for another process's write before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);
/// Writes waiting for the thread; a full queue makes the next writer wait.
const WRITE_QUEUE: usize = 64;
/// Read connections kept open for the next reader.
const KEPT_READERS: usize = 4;

type WriteJob = Box<dyn FnOnce(&mut Connection) + Send>;

/// A handle on the store; cheap to clone.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    clock: Clock,
}

/// Tells the present.
type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

struct Inner {
    path: PathBuf,
    id: String,
    writer: mpsc::Sender<WriteJob>,
    /// A std mutex: held for a push or a pop only, never across an await.
    readers: Mutex<Vec<Connection>>,
}

impl Store {
    /// Opens the store at `path`, making and migrating it as needed.
    ///
    /// # Errors
    /// Where the file cannot be opened or migrated, or was written by a newer program.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| StoreError::Folder { path: folder.into(), source })?;
        }
        let mut connection =
            open_writer(path).map_err(|source| StoreError::Open { path: path.into(), source })?;
        schema::migrate(&mut connection, path)?;
        let id = store_id(&connection)?;
        let (writer, mut jobs) = mpsc::channel::<WriteJob>(WRITE_QUEUE);
        std::thread::Builder::new()
            .name("store-writer".into())
            .spawn(move || {
                while let Some(job) = jobs.blocking_recv() {
                    job(&mut connection);
                }
            })
            .map_err(|source| StoreError::Lock { path: path.into(), source })?;
        let readers = Mutex::new(Vec::new());
        let inner = Arc::new(Inner { path: path.into(), id, writer, readers });
        Ok(Self { inner, clock: Arc::new(Timestamp::now) })
    }

    /// The same store, by another clock: what tests and pictures work with.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// The present, by the store's clock: what is written is stamped with it.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// What tells this store from every other, copies apart: 32 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// Runs `act` in one transaction; when this returns `Ok`, what it wrote is on the disk.
    ///
    /// # Errors
    /// Whatever `act` returns, after rolling back; `StoreError` where the store itself fails.
    pub async fn write<T, E, F>(&self, act: F) -> Result<T, E>
    where
        F: FnOnce(&Writing<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: WriteJob = Box::new(move |connection| {
            // A closure that panics costs itself only: unwinding rolls its transaction back.
            let caught = AssertUnwindSafe(|| in_transaction(connection, act));
            let outcome = std::panic::catch_unwind(caught).unwrap_or_else(|_| {
                let operation = std::any::type_name::<F>();
                tracing::error!(operation, "a write to the store panicked; it was rolled back");
                Err(StoreError::Panicked { operation }.into())
            });
            // The asker may be gone (a cancelled task): the write stands all the same.
            let _ = reply.send(outcome);
        });
        self.inner.writer.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `look` on a read-only connection, over one snapshot.
    ///
    /// # Errors
    /// Whatever `look` returns; `StoreError` where no connection can be opened.
    pub async fn read<T, E, F>(&self, look: F) -> Result<T, E>
    where
        F: FnOnce(&Reading<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = self.clone();
        let operation = std::any::type_name::<F>();
        tokio::task::spawn_blocking(move || store.read_blocking(look)).await.map_err(|error| {
            match error.is_panic() {
                true => StoreError::Panicked { operation },
                false => StoreError::Closed,
            }
        })?
    }

    /// As [`Store::read`], on the calling thread: for threads that may block.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T, E, F>(&self, look: F) -> Result<T, E>
    where
        F: FnOnce(&Reading<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        let kept = self.readers().pop();
        let mut connection = match kept {
            Some(connection) => connection,
            None => open_reader(&self.inner.path)
                .map_err(|source| StoreError::Open { path: self.inner.path.clone(), source })?,
        };
        let outcome = {
            let snapshot = connection.transaction().doing("begin reading")?;
            look(&Reading { connection: &snapshot })
        };
        let mut readers = self.readers();
        if readers.len() < KEPT_READERS {
            readers.push(connection);
        }
        outcome
    }

    fn readers(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.inner.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_transaction<T, E: From<StoreError>>(
    connection: &mut Connection,
    act: impl FnOnce(&Writing<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("begin a write")?;
    let writing = Writing { reading: Reading { connection: &transaction } };
    let value = act(&writing)?;
    Transaction::commit(transaction).doing("commit a write")?;
    Ok(value)
}

fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A long import leaves a large log behind; this gives the space back at the next checkpoint.
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

pub(super) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn store_id(connection: &Connection) -> Result<String, StoreError> {
    let look = || {
        let sql = "SELECT value FROM meta WHERE key = 'store_id'";
        connection.query_row(sql, [], |row| row.get(0)).optional()
    };
    // Looked for first: a write at every start would wait for other processes' writes.
    if let Some(id) = look().doing("read the store's name")? {
        return Ok(id);
    }
    let sql =
        "INSERT OR IGNORE INTO meta (key, value) VALUES ('store_id', lower(hex(randomblob(16))))";
    let named = connection.execute(sql, []).and_then(|_| look()).doing("name the store")?;
    named.ok_or(StoreError::Closed)
}

/// What can be asked of the store; the queries stand in this room's files, one an aggregate.
pub struct Reading<'a> {
    pub(super) connection: &'a Connection,
}

/// What can be changed; it can also be asked everything.
pub struct Writing<'a> {
    reading: Reading<'a>,
}

impl<'a> Deref for Writing<'a> {
    type Target = Reading<'a>;

    fn deref(&self) -> &Reading<'a> {
        &self.reading
    }
}

impl Reading<'_> {
    /// What [`Store::id`] tells; `None` in a store that was never opened for writing.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn find_store_id(&self) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM meta WHERE key = 'store_id'";
        self.connection
            .query_row(sql, [], |row| row.get(0))
            .optional()
            .doing("read the store's name")
    }

    /// Grows whenever another connection has committed; compare with what was seen before.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub fn newest_change(&self) -> Result<i64, StoreError> {
        let sql = "SELECT COALESCE((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0)";
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row([], |row| row.get(0)))
            .doing("read the newest change")
    }
}
