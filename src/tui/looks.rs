//! Keys and colours that change while the workbench is open.

use super::layers::Layer;
use super::message::{Level, NewLooks};
use super::state::State;
use crate::settings::Theme;

impl State {
    /// Puts new keys and colours on; of what is bad the last good one stays, under a banner.
    pub(super) fn on_looks(&mut self, new: NewLooks) {
        // Their lines name themes by place.
        let preview = self.layers.iter().find_map(|layer| match layer {
            Layer::Palette(palette) => Some(palette.theme_before()),
            _ => None,
        });
        self.layers.retain(|layer| !matches!(layer, Layer::Palette(_)));
        let before = self.themes[preview.unwrap_or(self.theme)].name.clone();
        if let Some(keymap) = new.keymap {
            self.drop_keys();
            self.keymap = keymap;
        }
        let is_kept = |theme: &Theme| new.kept.contains(&theme.name);
        let mut themes = new.themes;
        themes.extend(std::mem::take(&mut self.themes).into_iter().filter(is_kept));
        // The one chosen here stays, unless the config now names another than it did.
        let is_renamed = self.named_theme != new.theme;
        let wanted = if is_renamed { &new.theme } else { &before };
        self.theme = themes.iter().position(|theme| theme.name == *wanted).unwrap_or(0);
        self.themes = themes;
        self.named_theme = new.theme;
        let was_bad = self.banner.take().is_some();
        self.banner = (!new.problems.is_empty()).then(|| new.problems.join("; "));
        match &self.banner {
            Some(problems) => {
                let said = format!("the last good settings stay: {problems}");
                self.tell(Level::Warning, said);
            }
            None if was_bad => self.tell(Level::Done, "the settings are good again, and in force"),
            None => self.tell(Level::Info, "keys and colours read again"),
        }
        // Its lines name keys.
        self.pane.shown = None;
        self.is_dirty = true;
    }
}
