//! `reservoir screenshots`: the real screens over the sample week, drawn as SVG and PNG.
//!
//! The same loop as in a terminal (state, commands, answers), with a buffer for a screen and a clock
//! that stands still, so that the pictures change only when the screens do.

use super::backend::Backend;
use super::log::Tail;
use super::picture::{self, Paper};
use super::{carry, scribe};
use crate::cli::{CliError, Context, Global, ScreenshotArgs};
use crate::jobs::{self, Plan, WantedSource};
use crate::model::{QueueFilter, Verdict};
use crate::review;
use crate::settings::{self, ColorDepth, Key, Role, Theme};
use crate::store::{Reading, StoreError, Writing};
use crate::tui::{self, Command, Event, JobsView, Loaded, State, StateSettings};
use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The Sunday on which the sample week ends.
const NOW: &str = "2026-11-22T09:00:00Z";
/// Who reviews in the pictures.
const REVIEWER: &str = "ada";

/// Bytes of store and search index in the pictures.
const DISK: (u64, u64) = (1_400_000, 450_000);

/// Items approved before the pictures are drawn.
const APPROVED: usize = 24;

/// What a picture shows: its name, size, theme, and the keys that lead there.
struct Scene {
    name: &'static str,
    size: (u16, u16),
    theme: &'static str,
    keys: &'static str,
    is_store_empty: bool,
    /// Whether a run is under way.
    is_running: bool,
}

const fn scene(name: &'static str, size: (u16, u16), keys: &'static str) -> Scene {
    Scene { name, size, theme: "dark", keys, is_store_empty: false, is_running: false }
}

const WIDE: (u16, u16) = (160, 48);
const SMALL: (u16, u16) = (80, 24);

/// Keys are single characters; words in angle brackets are named keys.
const SCENES: &[Scene] = &[
    Scene { is_store_empty: true, ..scene("welcome-80x24", SMALL, "") },
    scene("inbox-160x48", WIDE, "jj"),
    scene("inbox-80x24", SMALL, "jj"),
    Scene { theme: "light", ..scene("inbox-light-160x48", WIDE, "jj") },
    Scene { theme: "high-contrast", ..scene("inbox-high-contrast-80x24", SMALL, "jj") },
    scene("library-160x48", WIDE, "2/missed appointment<enter>"),
    scene("library-80x24", SMALL, "2/missed appointment<enter>"),
    scene("duplicates-160x48", WIDE, "3<tab>"),
    scene("duplicates-80x24", SMALL, "3<tab>"),
    Scene { is_running: true, ..scene("pipeline-160x48", WIDE, "5") },
    scene("sources-160x48", WIDE, "6"),
    scene("sources-80x24", SMALL, "6"),
    scene("report-160x48", WIDE, "7"),
    scene("report-80x24", SMALL, "7"),
    scene("overview-160x48", WIDE, "8"),
    scene("overview-80x24", SMALL, "8"),
    Scene { theme: "light", ..scene("overview-light-160x48", WIDE, "8") },
    scene("ideas-80x24", SMALL, "4"),
    scene("palette-80x24", SMALL, ":appr"),
    scene("help-160x48", WIDE, "?"),
];

/// Draws every scene into `args.out`, or with `--check` compares with what is there.
///
/// # Errors
/// Where the sample cannot be loaded, a file cannot be written, or a picture is out of date.
pub async fn run(global: &Global, args: &ScreenshotArgs) -> Result<(), CliError> {
    let home = std::env::temp_dir().join(format!("reservoir-screenshots-{}", std::process::id()));
    let outcome = draw_all(global, args, &home).await;
    // A home of our own making; what is left of it on failure is only clutter.
    let _ = std::fs::remove_dir_all(&home);
    outcome
}

async fn draw_all(global: &Global, args: &ScreenshotArgs, home: &Path) -> Result<(), CliError> {
    let mut stale = Vec::new();
    for scene in SCENES {
        let workspace = if scene.is_store_empty { "empty" } else { "main" };
        let global = Global {
            home: Some(home.to_owned()),
            workspace: workspace.to_owned(),
            ..global.clone()
        };
        let context = Context { clock: now, ..Context::new(global)? };
        let svg = draw(&context, scene).await?;
        let path = args.out.join(format!("{}.svg", scene.name));
        if args.check {
            if std::fs::read_to_string(&path).ok().as_deref() != Some(svg.as_str()) {
                stale.push(scene.name);
            }
            continue;
        }
        let png = picture::png(&svg).map_err(failed)?;
        std::fs::create_dir_all(&args.out)
            .and_then(|()| std::fs::write(&path, &svg))
            .and_then(|()| std::fs::write(path.with_extension("png"), png))
            .map_err(|error| failed(format!("cannot write {}: {error}", path.display())))?;
        context.output.line(&format!("drew {}", path.display()))?;
    }
    if stale.is_empty() {
        return Ok(());
    }
    Err(failed(format!("out of date: {}", stale.join(", ")))
        .with_hint("`reservoir screenshots` draws them anew"))
}

fn failed(what: impl Into<String>) -> CliError {
    CliError::Failed { what: what.into(), hint: None }
}

async fn draw(context: &Context, scene: &Scene) -> Result<String, CliError> {
    let (send, answers) = mpsc::unbounded_channel();
    let mut backend = Backend::open(context, Tail::default(), send)?;
    // Whoever draws: pictures of one reviewer's workbench.
    backend.reviewer = REVIEWER.to_owned();
    let is_fresh = backend.store.read(|reading| reading.count_automations()).await? == 0;
    if is_fresh && !scene.is_store_empty {
        let plan = Plan { with_sample: true, ..Plan::default() };
        backend.pipeline.run(plan, |_| {}, CancellationToken::new()).await?;
        approve_some(&backend).await?;
        add_some_sources(&backend).await?;
    }
    let theme = settings::load_theme(scene.theme, None, ColorDepth::True)?;
    let state = State::new(settings_for(scene, theme.clone())?, None);
    let (writes, _scribe) = scribe::start(backend.clone());
    let is_running = scene.is_running;
    let mut stage =
        Headless { state, backend, answers, writes, asked: Vec::new(), is_running, now: now() };
    let first = stage.state.start();
    stage.carry(first);
    stage.pause().await;
    for key in keys(scene.keys)? {
        stage.handle(Event::Key(key));
        stage.pause().await;
    }
    let (width, height) = scene.size;
    let mut terminal = match Terminal::new(TestBackend::new(width, height)) {
        Ok(terminal) => terminal,
        Err(never) => match never {},
    };
    let state = &mut stage.state;
    let drawn = terminal.draw(|frame| tui::draw(state, frame));
    drawn.map_err(|error| failed(error.to_string()))?;
    Ok(picture::svg(terminal.backend().buffer(), paper(&theme)))
}

/// Approves some of the queue, so that the Library has something to show, and rejects what the
/// pictures' font has no letters for.
async fn approve_some(backend: &Backend) -> Result<(), CliError> {
    let queue = QueueFilter::default();
    let load = move |reading: &Reading<'_>| reading.load_rows(&reading.list_queue(&queue)?);
    let rows = backend.store.read(load).await?;
    let (drawable, others): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| picture::can_draw(&row.title));
    let others = others.into_iter().map(|row| (row.id, None)).collect();
    let verdict = Verdict::Reject { reason: None };
    review::decide(&backend.store, others, verdict, backend.who()).await?;
    let targets =
        drawable.into_iter().step_by(3).take(APPROVED).map(|row| (row.id, None)).collect();
    review::decide(&backend.store, targets, Verdict::Approve, backend.who()).await?;
    Ok(())
}

/// Adds sources that work, fail and wait, visited by the pictures' own clock.
async fn add_some_sources(backend: &Backend) -> Result<(), CliError> {
    for name in ["fieldnotes", "frontdesk", "ops-weekly", "parts-and-labour"] {
        let wanted = WantedSource {
            address: format!("https://{name}.example/feed.xml"),
            name: Some(name.to_owned()),
            schedule: "1d".parse().ok(),
            ..WantedSource::default()
        };
        jobs::add_source(&backend.store, wanted, now()).await?;
    }
    let visit = |writing: &Writing<'_>| -> Result<(), StoreError> {
        for source in writing.list_sources()? {
            let hours = SignedDuration::from_hours(source.name.len() as i64);
            match source.name.as_str() {
                "parts-and-labour" => {}
                "frontdesk" => {
                    let why = "frontdesk.example did not answer within 30s; nothing to do now; \
                               it is tried again later";
                    writing.record_failed_visit(source.id, why, Some(now() + hours), now())?;
                }
                _ => writing.record_visit(source.id, (None, None), None, now() - hours)?,
            }
        }
        Ok(())
    };
    Ok(backend.store.write(visit).await?)
}

fn settings_for(scene: &Scene, theme: Theme) -> Result<StateSettings, CliError> {
    Ok(StateSettings {
        keymap: settings::load_keymap("default", None)?,
        themes: vec![theme],
        theme: scene.theme.to_owned(),
        reviewer: REVIEWER.to_owned(),
        accessible: false,
        mouse: true,
        size: scene.size,
        weight: 0.5,
        has_tour: false,
        now: now(),
    })
}

fn now() -> Timestamp {
    NOW.parse().expect("invariant: the moment is written right")
}

fn paper(theme: &Theme) -> Paper {
    let ground = theme.style(Role::Text);
    let foreground = ground.fg.unwrap_or(Color::White);
    // A theme that leaves the ground to the terminal is made for one that its text stands out on.
    let paper = if picture::is_dark(foreground) { Color::Rgb(255, 255, 255) } else { Color::Black };
    Paper { foreground, background: ground.bg.unwrap_or(paper) }
}

/// The loop without a terminal.
struct Headless {
    state: State,
    backend: Backend,
    answers: mpsc::UnboundedReceiver<Loaded>,
    /// Questions that are being answered.
    asked: Vec<JoinHandle<()>>,
    is_running: bool,
    writes: mpsc::UnboundedSender<Command>,
    /// Moves on by a second with each pause between keys, whatever the machine's clock says.
    now: Timestamp,
}

impl Headless {
    fn handle(&mut self, event: Event) {
        let commands = tui::update(&mut self.state, self.now, event);
        self.carry(commands);
    }

    fn carry(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::LoadJobs => {
                    let jobs = if self.is_running {
                        JobsView::example(self.now)
                    } else {
                        JobsView::default()
                    };
                    self.handle(Event::Loaded(Box::new(Loaded::Jobs(jobs))));
                }
                Command::SetMouse(_) | Command::SaveSession(_) => {}
                write if scribe::is_write(&write) => {
                    // The scribe lives as long as this sender.
                    let _ = self.writes.send(write);
                }
                other => self.asked.push(carry::carry(&self.backend, other)),
            }
        }
    }

    /// Takes answers in until every question is answered, however long a machine takes.
    async fn settle(&mut self) {
        loop {
            for asked in std::mem::take(&mut self.asked) {
                if asked.await.is_err() {
                    tracing::error!("a question panicked");
                }
            }
            while let Ok(mut loaded) = self.answers.try_recv() {
                if let Loaded::Overview { overview, .. } = &mut loaded {
                    // How the store and the index lie on the disk differs from run to run.
                    let overview = Arc::make_mut(overview);
                    (overview.figures.store_bytes, overview.index_bytes) = DISK;
                }
                self.handle(Event::Loaded(Box::new(loaded)));
            }
            if self.asked.is_empty() {
                return;
            }
        }
    }

    /// Lets what waits for a pause (the pane, hints) come, then takes its answers in.
    async fn pause(&mut self) {
        self.settle().await;
        self.now += SignedDuration::from_secs(1);
        self.handle(Event::Tick);
        self.settle().await;
    }
}

/// Reads a scene's keys: characters, and named keys in angle brackets.
fn keys(text: &str) -> Result<Vec<KeyEvent>, CliError> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|inner| inner.split_once('>'));
        let (name, after) = match named {
            Some((name, after)) => (name.to_owned(), after),
            None if first == ' ' => ("space".to_owned(), &rest[1..]),
            None => (first.to_string(), &rest[first.len_utf8()..]),
        };
        let key: Key = name.parse().map_err(|_| failed(format!("no key `{name}`")))?;
        keys.push(KeyEvent::new(key.code, key.modifiers));
        rest = after;
    }
    Ok(keys)
}
