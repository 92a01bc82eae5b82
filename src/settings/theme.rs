//! Themes: a style for each role that the screens know.

mod base16;
mod color;
mod load;

pub use color::ColorDepth;
pub use load::{list_themes, load_theme};

use crate::model::Status;
use ratatui::style::{Color, Modifier, Style};

macro_rules! roles {
    ($($role:ident = $name:literal, $plain:ident;)+) => {
        /// What a piece of the screen is for; a theme says how each looks.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Role { $($role),+ }

        impl Role {
            pub const ALL: &[Self] = &[$(Self::$role),+];

            /// Its name in a theme file.
            pub fn name(self) -> &'static str {
                match self { $(Self::$role => $name),+ }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|role| role.name() == name)
            }

            /// How it stands out where there are no colours.
            fn plain(self) -> Modifier {
                match self { $(Self::$role => $plain()),+ }
            }
        }
    };
}

fn empty() -> Modifier {
    Modifier::empty()
}

fn bold() -> Modifier {
    Modifier::BOLD
}

fn reversed() -> Modifier {
    Modifier::REVERSED
}

fn underlined() -> Modifier {
    Modifier::UNDERLINED
}

roles! {
    Text = "text", empty;
    Dim = "dim", empty;
    Accent = "accent", bold;
    Title = "title", bold;
    Rule = "rule", empty;
    Selected = "selected", reversed;
    SelectedAway = "selected_away", bold;
    Marked = "marked", bold;
    Match = "match", underlined;
    Light = "light", reversed;
    LightRest = "light_rest", underlined;
    Approved = "approved", empty;
    Rejected = "rejected", empty;
    Deferred = "deferred", empty;
    Pending = "pending", empty;
    Info = "info", empty;
    Done = "done", empty;
    Warning = "warning", bold;
    Error = "error", bold;
    Tab = "tab", empty;
    TabActive = "tab_active", reversed;
    Key = "key", bold;
    Bar = "bar", empty;
    BarRest = "bar_rest", empty;
    Popup = "popup", empty;
    Input = "input", empty;
}

/// A theme, ready for the terminal it is drawn on.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    pub name: String,
    styles: Vec<Style>,
}

impl Theme {
    /// How `role` looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// How a verdict looks.
    pub fn status(&self, status: Status) -> Style {
        self.style(match status {
            Status::Inbox => Role::Text,
            Status::Approved => Role::Approved,
            Status::Rejected => Role::Rejected,
            Status::Deferred => Role::Deferred,
            Status::Merged => Role::Dim,
        })
    }

    /// The same theme with no more colours than `depth` has.
    pub fn degraded(&self, depth: ColorDepth) -> Self {
        let fit = |color: Option<Color>| color.map(|color| depth.fit(color));
        let styles = Role::ALL.iter().map(|role| {
            let style = self.style(*role);
            if depth == ColorDepth::None {
                return Style::new().add_modifier(style.add_modifier | role.plain());
            }
            Style { fg: fit(style.fg), bg: fit(style.bg), ..style }
        });
        Self { name: self.name.clone(), styles: styles.collect() }
    }
}
