//! The terminal: taken over, given back whatever happens, and drawn on in one piece.

use super::links::{Links, knows_links};
use crate::tui::Link;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};
use std::io::{self, BufWriter, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// The screen while the workbench has it; dropping it gives it back.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    has_mouse: bool,
    /// `None` where the terminal or the user wants no links.
    links: Option<Links>,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// Where standard input or output is no terminal.
    pub fn enter(has_mouse: bool, has_links: bool) -> io::Result<Self> {
        restore_on_panic();
        let has_links = has_links && knows_links(&std::env::var("TERM").unwrap_or_default());
        let links = has_links.then(Links::default);
        let mut screen = Self { terminal: blank()?, has_mouse, links };
        screen.take()?;
        Ok(screen)
    }

    /// Takes the terminal over again after [`Screen::give`].
    pub fn take(&mut self) -> io::Result<()> {
        IS_TAKEN.store(true, Ordering::SeqCst);
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange)?;
        if self.has_mouse {
            execute!(io::stdout(), EnableMouseCapture)?;
        }
        // A new picture for the blank alternate screen. `Terminal::clear` would ask the terminal
        // where its cursor is and wait for the answer: a round trip, and on some no answer at all.
        self.terminal = blank()?;
        if let Some(links) = &mut self.links {
            *links = Links::default();
        }
        Ok(())
    }

    /// Gives the terminal to somebody else: the shell on Ctrl-Z, an editor.
    pub fn give(&mut self) -> io::Result<()> {
        give_back()
    }

    /// Turns the mouse on or off; off, the terminal's own selection works.
    pub fn set_mouse(&mut self, has_mouse: bool) -> io::Result<()> {
        self.has_mouse = has_mouse;
        if has_mouse {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }

    /// Draws a frame; terminals that know mode 2026 show it at once, without tearing.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>) -> Vec<Link>) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let mut found = Vec::new();
        let frame = self.terminal.draw(|frame| found = draw(frame))?;
        let update = self.links.as_mut().and_then(|links| links.update(frame.buffer, found));
        if let Some(update) = update {
            update.write(self.terminal.backend_mut())?;
        }
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        self.terminal.backend_mut().flush()
    }

    /// Writes bytes that are not part of the picture: clipboard, notification.
    pub fn send(&mut self, bytes: &str) -> io::Result<()> {
        let out = self.terminal.backend_mut();
        out.write_all(bytes.as_bytes())?;
        out.flush()
    }

    /// Columns and rows.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }
}

/// A terminal that believes its screen empty.
fn blank() -> io::Result<Terminal<CrosstermBackend<BufWriter<Stdout>>>> {
    // One write a frame: a frame of a big screen is some 30 kB.
    let out = BufWriter::with_capacity(64 << 10, io::stdout());
    Terminal::new(CrosstermBackend::new(out))
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Nothing can be done, and nobody told, when the terminal is gone.
        let _ = give_back();
    }
}

/// Whether the terminal is in our hands: giving it back twice would jump the shell's cursor.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

fn give_back() -> io::Result<()> {
    if !IS_TAKEN.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let mut out = io::stdout();
    execute!(
        out,
        EndSynchronizedUpdate,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    )?;
    disable_raw_mode()
}

/// A panic anywhere gives the terminal back before its message is written.
fn restore_on_panic() {
    use std::sync::Once;
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            // Threads of the pipeline catch their own panics; the screen stays up for them.
            if std::thread::current().name() == Some("main") {
                let _ = give_back();
                report(panic);
            } else {
                tracing::error!(%panic, "a background task panicked");
            }
        }));
    });
}
