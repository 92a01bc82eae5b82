//! The terminal's events, read only while the terminal is ours.

use crate::tui::Event;
use crossterm::event::{self, Event as TerminalEvent, KeyEventKind};
use crossterm::terminal;
use std::io::{self, Stdin};
use std::time::Duration;
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

/// A task that reads the terminal and sends on what it read.
///
/// It waits for the terminal to become readable, then takes in what is there without ever blocking
/// on a read: once [`Input::close`] returns, nobody reads, and the next key is an editor's or the
/// shell's. (crossterm's own stream blocks in a thread that outlives it for a moment.)
pub struct Input {
    events: mpsc::UnboundedReceiver<io::Result<Event>>,
    task: tokio::task::JoinHandle<()>,
}

impl Input {
    /// Begins to read.
    ///
    /// # Errors
    /// Where the terminal cannot be waited for.
    pub fn open() -> io::Result<Self> {
        #[expect(deprecated, reason = "`register` is unsafe; standard input is never closed")]
        let readable = AsyncFd::new(io::stdin())?;
        let mut resized = signal(SignalKind::window_change())?;
        let (send, events) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            loop {
                if let Err(error) = drain(&send) {
                    // The loop is gone, or hears of it.
                    let _ = send.send(Err(error));
                    return;
                }
                tokio::select! {
                    is_open = wait(&readable) => if !is_open { return },
                    _ = resized.recv() => {
                        // crossterm hears of it too, but perhaps a moment later than we look.
                        let resized = terminal::size().map(|(x, y)| Event::Resize(x, y));
                        if send.send(resized).is_err() {
                            return;
                        }
                    }
                }
            }
        });
        Ok(Self { events, task })
    }

    /// The next event; `None` when the terminal is gone.
    pub async fn next(&mut self) -> Option<io::Result<Event>> {
        self.events.recv().await
    }

    /// The next event, if it is here already.
    pub fn try_next(&mut self) -> Result<io::Result<Event>, TryRecvError> {
        self.events.try_recv()
    }

    /// Stops reading; returns when it has stopped.
    pub async fn close(mut self) {
        self.task.abort();
        // Aborted is what it should be.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Waits until there is something to read; false once the terminal has hung up.
async fn wait(terminal: &AsyncFd<Stdin>) -> bool {
    let Ok(mut ready) = terminal.readable().await else { return false };
    let is_open = !ready.ready().is_read_closed();
    // Before the reading: what comes after it makes it ready again.
    ready.clear_ready();
    is_open
}

fn drain(send: &mpsc::UnboundedSender<io::Result<Event>>) -> io::Result<()> {
    while event::poll(Duration::ZERO)? {
        let event = translate(event::read()?);
        if event.is_some_and(|event| send.send(Ok(event)).is_err()) {
            return Ok(());
        }
    }
    Ok(())
}

fn translate(event: TerminalEvent) -> Option<Event> {
    match event {
        TerminalEvent::Key(key) if key.kind == KeyEventKind::Release => None,
        TerminalEvent::Key(key) => Some(Event::Key(key)),
        TerminalEvent::Mouse(mouse) => Some(Event::Mouse(mouse)),
        TerminalEvent::Paste(text) => Some(Event::Paste(text)),
        TerminalEvent::Resize(width, height) => Some(Event::Resize(width, height)),
        TerminalEvent::FocusGained => Some(Event::Focus(true)),
        TerminalEvent::FocusLost => Some(Event::Focus(false)),
    }
}
