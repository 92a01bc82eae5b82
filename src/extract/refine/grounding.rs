//! A model's words become a draft as far as they stand in the document.

use super::told::{self, Automation};
use super::{Dropped, Extractor};
use crate::extract::classify::Taxonomy;
use crate::extract::{Input, claim, compose, workflow};
use crate::model::{
    Claim, ClaimUnit, Content, Draft, Evidence, Field, Location, Scored, Span, Step, ToolRole,
    ToolUse, Trigger,
};
use crate::text::{Ground, Likeness, sanitize_line};
use std::ops::Range;

/// Longest texts of fields, in characters.
const TITLE: usize = 80;
const DESCRIPTION: usize = 320;
const PHRASE: usize = 160;
const NAME: usize = 48;
/// Entries of a list field that are looked at.
const MOST: usize = 40;
/// Labels of a kind.
const MOST_LABELS: usize = 3;
/// A quote of fewer letters proves nothing: it stands in any text.
const LEAST_LETTERS: usize = 4;
/// How sure a kind or a label is on a model's word alone.
const TOLD: f32 = 0.6;

/// One automation's way into the document.
pub(super) struct Grounding<'g, 't> {
    extractor: &'g Extractor,
    ground: &'g Ground<'t>,
    input: &'g Input<'t>,
    /// The piece that the model was given.
    given: Range<usize>,
    evidence: Vec<Evidence>,
    kept: usize,
    pub(super) dropped: Dropped,
}

impl<'g, 't> Grounding<'g, 't> {
    pub(super) fn new(
        extractor: &'g Extractor,
        ground: &'g Ground<'t>,
        input: &'g Input<'t>,
        given: Span,
    ) -> Self {
        let (evidence, dropped) = (Vec::new(), Dropped::default());
        Self { extractor, ground, input, given: given.range(), evidence, kept: 0, dropped }
    }

    /// The share of the fields that were found in the document, 0..=1.
    pub(super) fn share(&self) -> f32 {
        self.kept as f32 / (self.kept + self.dropped.fields).max(1) as f32
    }

    /// The draft, with the model's own confidence; `None` where nothing happens in it that stands in
    /// the document.
    pub(super) fn draft(&mut self, told: &Automation) -> Option<Draft> {
        let tools = self.tools(told);
        let trigger = self.trigger(told, &tools);
        let steps = self.steps(told, &tools);
        if steps.is_empty() {
            return None;
        }
        let claims = self.claims(told);
        let problem = told.problem.as_deref().and_then(|problem| {
            self.prove(told, (Field::Problem, 0, 0), &[problem])?;
            line(problem, DESCRIPTION)
        });
        let functions = self.labels(told, Field::Functions, &told.functions, |taxonomy, label| {
            taxonomy.find_function(label).map(|function| function.name.clone())
        });
        let industries =
            self.labels(told, Field::Industries, &told.industries, |taxonomy, label| {
                taxonomy.find_industry(label).map(|industry| industry.name.clone())
            });
        // Summaries are the reader's own words; where it quotes, the light can fall.
        for field in [Field::Title, Field::Description] {
            self.light(told, (field, 0, 0), &[]);
        }
        let first = self.evidence.iter().map(|evidence| evidence.span.start).min()?;
        let complexity = told.complexity.or_else(|| Some(workflow::complexity(&steps, &tools)));
        let title = line(&told.title, TITLE)
            .or_else(|| line(&told.description, TITLE))
            .unwrap_or_else(|| compose::shorten(&compose::capitalised(&steps[0].text), TITLE));
        let content = Content {
            title,
            description: line(&told.description, DESCRIPTION).unwrap_or_default(),
            trigger,
            steps,
            tools,
            industries,
            functions,
            problem,
            claims,
            complexity,
            tags: Vec::new(),
        };
        let location = Location {
            seconds: self.input.seconds_at(first as usize),
            url: self.input.url.map(str::to_owned),
        };
        let confidence = told.confidence.clamp(0.0, 1.0);
        let evidence = std::mem::take(&mut self.evidence);
        Some(Draft { content, evidence, location, confidence, doubts: Vec::new() })
    }

    /// Looks for the quotes of entry `from` of a field, else for the model's own words for it. What
    /// is found becomes evidence of entry `to`; what is not is dropped and counted.
    fn prove(
        &mut self,
        told: &Automation,
        (field, from, to): (Field, usize, usize),
        own: &[&str],
    ) -> Option<f32> {
        let found = self.light(told, (field, from, to), own);
        match found {
            Some(_) => self.kept += 1,
            None => self.dropped.fields += 1,
        }
        found
    }

    /// As [`Grounding::prove`], and nothing is counted.
    fn light(
        &mut self,
        told: &Automation,
        (field, from, to): (Field, usize, usize),
        own: &[&str],
    ) -> Option<f32> {
        let quotes = told.evidence.iter().filter(|quote| {
            quote.field == field.name() && usize::try_from(quote.index.max(0)) == Ok(from)
        });
        let mut found: Vec<(Range<usize>, f32)> =
            quotes.filter_map(|quote| self.find(&quote.quote)).collect();
        if found.is_empty() {
            found.extend(own.iter().find_map(|words| self.find(words)));
        }
        let index = u16::try_from(to).ok()?;
        let best = found.iter().map(|(_, confidence)| *confidence).max_by(f32::total_cmp)?;
        self.evidence.extend(found.into_iter().map(|(range, confidence)| Evidence {
            field,
            index,
            span: Span::new(range),
            confidence,
        }));
        Some(best)
    }

    /// Where `quote` stands, and how sure that makes what was read from it.
    fn find(&self, quote: &str) -> Option<(Range<usize>, f32)> {
        if quote.chars().filter(|c| c.is_alphanumeric()).count() < LEAST_LETTERS {
            return None;
        }
        let found = self.ground.find(quote, self.given.clone())?;
        let confidence = match found.likeness {
            Likeness::Exact => 0.85,
            Likeness::Normalised => 0.8,
            Likeness::Fuzzy => 0.75 * found.coverage,
        };
        Some((found.range, confidence))
    }

    /// Tools whose names stand in the document, by the gazetteer's names where it knows them.
    fn tools(&mut self, told: &Automation) -> Vec<ToolUse> {
        let mut tools: Vec<ToolUse> = Vec::new();
        for tool in told.tools.iter().take(MOST) {
            let Some(name) = self.name(&tool.name) else { continue };
            if tools.iter().any(|known| known.name == name) {
                continue;
            }
            let Some(range) = self.find_tool(&tool.name, &name) else {
                self.dropped.fields += 1;
                continue;
            };
            self.kept += 1;
            let index = u16::try_from(tools.len()).unwrap_or(u16::MAX);
            let span = Span::new(range);
            self.evidence.push(Evidence { field: Field::Tools, index, span, confidence: 0.8 });
            let p = if tool.role == ToolRole::Used { TOLD } else { 1.0 - TOLD };
            tools.push(ToolUse { name, role: tool.role, p });
        }
        tools
    }

    fn name(&self, told: &str) -> Option<String> {
        let told = line(told, NAME)?;
        Some(self.extractor.gazetteer.find(&told).map_or(told, |tool| tool.name.clone()))
    }

    fn find_tool(&self, told: &str, name: &str) -> Option<Range<usize>> {
        let (gazetteer, text) = (&self.extractor.gazetteer, self.input.readable);
        let given = &text[self.given.clone()];
        let mentions = gazetteer.mentions(given).into_iter();
        let by_gazetteer = mentions
            .filter(|mention| gazetteer.tool(mention.tool).name == name)
            .map(|mention| {
                mention.range.start + self.given.start..mention.range.end + self.given.start
            })
            .next();
        by_gazetteer.or_else(|| find_name(text, told.trim())).or_else(|| find_name(text, name))
    }

    /// The name among those of the tools that were found.
    fn among(&self, tool: Option<&str>, tools: &[ToolUse]) -> Option<String> {
        let name = self.name(tool?)?;
        tools.iter().find(|known| known.name == name).map(|known| known.name.clone())
    }

    fn trigger(&mut self, told: &Automation, tools: &[ToolUse]) -> Option<Trigger> {
        let trigger = told.trigger.as_ref()?;
        let found = self.prove(told, (Field::Trigger, 0, 0), &[&trigger.text])?;
        let text = line(&trigger.text, PHRASE).unwrap_or_else(|| trigger.kind.name().to_owned());
        let tool = self.among(trigger.tool.as_deref(), tools);
        let text = compose::capitalised(&text);
        Some(Trigger { kind: trigger.kind, text, tool, confidence: found.min(TOLD) })
    }

    fn steps(&mut self, told: &Automation, tools: &[ToolUse]) -> Vec<Step> {
        let mut steps = Vec::new();
        // Where each of the model's steps went.
        let mut places: Vec<Option<u16>> = Vec::new();
        for (at, step) in told.steps.iter().take(MOST).enumerate() {
            let to = steps.len();
            let text = line(&step.text, PHRASE);
            let found = self.prove(told, (Field::Steps, at, to), &[&step.text]);
            let (Some(text), Some(_)) = (text, found) else {
                places.push(None);
                continue;
            };
            places.push(u16::try_from(to).ok());
            let before = |index: &i64| {
                // What followed a step that fell out follows what that one followed, at least the
                // nearest one before it that is left.
                let index = usize::try_from(*index).ok().filter(|index| *index < at)?;
                places[..=index].iter().rev().find_map(|place| *place)
            };
            let mut follows: Vec<u16> = step.follows.iter().filter_map(before).collect();
            follows.sort_unstable();
            follows.dedup();
            let branch = step.branch.as_deref().and_then(|branch| line(branch, NAME));
            let tool = self.among(step.tool.as_deref(), tools);
            steps.push(Step { text: compose::capitalised(&text), tool, follows, branch });
        }
        steps
    }

    /// Claims whose words stand in the document and whose amount stands in their words.
    fn claims(&mut self, told: &Automation) -> Vec<Claim> {
        let mut claims = Vec::new();
        for (at, claim) in told.claims.iter().take(MOST).enumerate() {
            let (before, is_told) = (self.evidence.len(), holds_amount(told, at, claim));
            let found = match is_told {
                true => self.prove(told, (Field::Claims, at, claims.len()), &[&claim.text]),
                false => {
                    self.dropped.fields += 1;
                    None
                }
            };
            let text = self.evidence.get(before).and_then(|e| e.span.slice(self.input.readable));
            let (Some(_), Some(text)) = (found, text.and_then(|text| line(text, PHRASE))) else {
                continue;
            };
            claims.push(Claim {
                amount: claim.amount,
                unit: claim.unit,
                currency: claim.currency.as_deref().and_then(currency),
                per: claim.per,
                text,
            });
        }
        claims
    }

    /// Known labels, surest first; unknown ones are counted. One that is quoted must be so rightly.
    fn labels(
        &mut self,
        told: &Automation,
        field: Field,
        labels: &[String],
        find: impl Fn(&Taxonomy, &str) -> Option<String>,
    ) -> Vec<Scored> {
        let mut known: Vec<Scored> = Vec::new();
        for (at, label) in labels.iter().take(MOST).enumerate() {
            let Some(label) = find(self.extractor.taxonomy(), label.trim()) else {
                self.dropped.labels += 1;
                continue;
            };
            if known.iter().any(|other| other.label == label) || known.len() == MOST_LABELS {
                continue;
            }
            let is_quoted = told
                .evidence
                .iter()
                .any(|quote| quote.field == field.name() && usize::try_from(quote.index) == Ok(at));
            if is_quoted && self.prove(told, (field, at, known.len()), &[]).is_none() {
                continue;
            }
            let p = TOLD - 0.1 * known.len() as f32;
            known.push(Scored { label, p });
        }
        known
    }
}

/// `text` made safe, on one line, without Markdown's marks; `None` where nothing is left.
fn line(text: &str, limit: usize) -> Option<String> {
    let plain = compose::plain(&sanitize_line(text));
    Some(compose::shorten(&plain, limit)).filter(|text| text.contains(char::is_alphanumeric))
}

/// An ISO 4217 code.
fn currency(code: &str) -> Option<String> {
    let code = code.trim().to_uppercase();
    (code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())).then_some(code)
}

/// Whether the words that the model gives for a claim say its amount.
fn holds_amount(told: &Automation, at: usize, claim: &told::Claim) -> bool {
    let quotes = told.evidence.iter().filter(|quote| {
        quote.field == Field::Claims.name() && usize::try_from(quote.index.max(0)) == Ok(at)
    });
    let holds = |words: &str| {
        claim::amounts(words).into_iter().any(|amount| {
            let is_near = |value: f64| (value - claim.amount.abs()).abs() <= 1e-6 * value.max(1.0);
            is_near(amount) || claim.unit == ClaimUnit::Times && is_near(amount - 1.0)
        })
    };
    let mut words = quotes.map(|quote| quote.quote.as_str()).chain([claim.text.as_str()]);
    words.any(holds)
}

/// Where `name` stands as a word of its own.
fn find_name(text: &str, name: &str) -> Option<Range<usize>> {
    if name.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
        return None;
    }
    let is_border = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric());
    let mut found = text.match_indices(name).map(|(at, _)| at..at + name.len());
    found.find(|range| {
        is_border(text[..range.start].chars().next_back())
            && is_border(text[range.end..].chars().next())
    })
}
