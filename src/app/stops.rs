//! Signals that end the program in good order.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

pub struct Stops {
    terminate: Signal,
    hang_up: Signal,
    /// Sent by a terminal that is not raw: Ctrl-C and Ctrl-\.
    interrupt: Signal,
    quit: Signal,
}

impl Stops {
    /// Begins to listen; from now on none of them ends the program by itself.
    ///
    /// # Errors
    /// Where a signal cannot be listened for.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
        })
    }

    /// Waits for any of them.
    pub async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.quit.recv() => {}
        }
    }

    /// Waits for those that mean the workbench also while another program has the terminal: its
    /// keyboard's signals reach every process in the foreground, and are that program's to heed.
    pub async fn wait_while_away(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hang_up.recv() => {}
        }
    }

    /// Forgets the keyboard's signals that came while another program had the terminal.
    ///
    /// # Errors
    /// Where a signal cannot be listened for.
    pub fn forget_keyboard(&mut self) -> io::Result<()> {
        self.interrupt = signal(SignalKind::interrupt())?;
        self.quit = signal(SignalKind::quit())?;
        Ok(())
    }
}
