//! Which of the tools a text names the automation runs on.

mod features;
#[cfg(test)]
mod train;

use super::ExtractError;
use super::calibration;
use super::gazetteer::{Gazetteer, Mention};
use super::reading::{Said, is_in_flow};
use super::stance::{Stance, stance};
use super::structure::{Outline, Section};
use std::collections::HashMap;

const WEIGHTS: &str = include_str!("../../data/gazetteer/roles.tsv");

/// A tool only spoken against is hardly in use, whatever else speaks for it.
const AGAINST: f32 = 0.06;

/// A text with the tools it names.
pub(crate) struct Scene<'t> {
    pub(crate) title: &'t str,
    pub(crate) text: &'t str,
    pub(crate) outline: &'t Outline,
    /// What each sentence of the outline says; a gallery's text is judged without.
    pub(crate) said: &'t [Said],
    pub(crate) gazetteer: &'t Gazetteer,
    /// Written for a template gallery, whose habits the weights were learned from.
    pub(crate) is_template: bool,
}

/// Where a tool is named and how the text stands to it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) mention: Mention,
    pub(crate) stance: Stance,
    pub(crate) section: Section,
}

/// A named tool with its places in the text; none when only the title names it.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) tool: u16,
    pub(crate) places: Vec<Place>,
    pub(crate) is_in_title: bool,
}

impl Scene<'_> {
    /// The tools named in title and text, in the order of their first mention.
    pub(crate) fn named(&self) -> Vec<Named> {
        let mut named: Vec<Named> = Vec::new();
        for mention in self.gazetteer.mentions(self.title) {
            if !named.iter().any(|n| n.tool == mention.tool) {
                named.push(Named { tool: mention.tool, places: Vec::new(), is_in_title: true });
            }
        }
        let mut previous: Option<(Mention, Stance)> = None;
        for mention in self.gazetteer.mentions(self.text) {
            let sentence = self.outline.sentence_at(mention.range.start);
            let range = sentence
                .map_or(mention.range.clone(), |at| self.outline.sentences[at].range.clone());
            let section = self.outline.section_at(mention.range.start);
            let before = previous.as_ref().map(|(mention, stance)| (mention, *stance));
            let stance = stance(self.text, &range, section, &mention, before);
            previous = Some((mention.clone(), stance));
            let tool = mention.tool;
            let place = Place { mention, stance, section };
            match named.iter_mut().find(|n| n.tool == tool) {
                Some(entry) => entry.places.push(place),
                None => named.push(Named { tool, places: vec![place], is_in_title: false }),
            }
        }
        named
    }
}

/// A logistic model of whether a named tool is used.
#[derive(Debug)]
pub(crate) struct RoleModel {
    weights: HashMap<&'static str, f32>,
}

impl RoleModel {
    /// Reads the shipped weights.
    ///
    /// # Errors
    /// When a line is not a feature and a number, which a test excludes.
    pub(crate) fn load() -> Result<Self, ExtractError> {
        let weights = WEIGHTS
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
            .map(|line| {
                let (feature, weight) = line.split_once('\t')?;
                Some((feature, weight.parse().ok()?))
            })
            .collect::<Option<HashMap<_, _>>>()
            .ok_or_else(|| ExtractError::Data {
                file: "data/gazetteer/roles.tsv",
                reason: "a line is not a feature, a tab and a number".to_owned(),
            })?;
        Ok(Self { weights })
    }

    /// The probability that each of `named` is used, in their order.
    pub(crate) fn used(&self, scene: &Scene, named: &[Named]) -> Vec<f32> {
        (0..named.len())
            .map(|at| {
                let places = &named[at].places;
                if !places.is_empty() && places.iter().all(|place| place.stance == Stance::Against)
                {
                    return AGAINST;
                }
                if scene.is_template {
                    self.learned(scene, named, at)
                } else {
                    in_prose(scene, named, at)
                }
            })
            .collect()
    }

    fn learned(&self, scene: &Scene, named: &[Named], at: usize) -> f32 {
        let mut sum = 0.0;
        features::of(scene, named, at, &mut |feature, value| {
            sum += self.weights.get(feature).copied().unwrap_or(0.0) * value;
        });
        probability(sum)
    }
}

fn probability(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

/// The model for other prose, by hand: what a story names in passing it mostly uses, unless it
/// says otherwise.
fn in_prose(scene: &Scene, named: &[Named], at: usize) -> f32 {
    let entry = &named[at];
    let plain = entry.places.iter().filter(|place| place.stance == Stance::Plain).count();
    let against = entry.places.iter().filter(|place| place.stance == Stance::Against).count();
    let mut logit = 0.4;
    if plain > 0 {
        logit += 1.0 + 0.3 * (plain.min(8) as f32).ln();
    } else if !entry.places.is_empty() {
        logit -= 1.4;
    }
    logit -= 0.8 * against.min(3) as f32;
    logit += if entry.is_in_title { 0.3 } else { 0.0 };
    let is_in_flow = entry.places.iter().any(|place| {
        place.stance == Stance::Plain
            && is_in_flow(scene.outline, scene.said, place.mention.range.start)
    });
    // Tried, had or refused in one place, and never told as doing anything in another.
    if against > 0 && !is_in_flow {
        return AGAINST;
    }
    logit += match (is_in_flow, entry.places.is_empty()) {
        (true, _) => 0.6,
        (false, false) => -0.5,
        (false, true) => 0.0,
    };
    let is_told_of_doing = entry.places.iter().any(|place| {
        place.stance == Stance::Plain && features::is_carried(scene.text, &place.mention.range)
    });
    logit += if is_told_of_doing { 0.7 } else { -0.3 };
    if entry.places.iter().all(|p| matches!(p.section, Section::About | Section::Audience))
        && !entry.places.is_empty()
    {
        logit -= 1.5;
    }
    calibration::TOOL.of(probability(logit))
}
