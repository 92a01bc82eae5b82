//! Two readings of one automation become one: agreement makes surer, difference is told.

use super::SUREST;
use crate::model::{
    Claim, Content, Doubt, Draft, Evidence, Field, Scored, Span, ToolRole, ToolUse, Trigger,
};

/// How sure a field is where the readers differ.
const DIFFERENT: f32 = 0.5;
/// What remains of the confidence in what only one of them read.
const ALONE: f32 = 0.7;
/// What a doubt takes off the confidence in the whole, and how much all of them may.
const DOUBT: f32 = 0.08;
const DOUBTS: f32 = 0.3;
/// Labels of a kind that are kept, and how likely the least of them is.
const MOST_LABELS: usize = 3;
const LIKELY: f32 = 0.25;
/// Share of steps that the rules must have seen too.
const FEW: f32 = 0.34;

/// The model's reading, checked by the rules'; `grounded` is the share of it that was found.
pub(super) fn join(told: Draft, known: Draft, grounded: f32) -> Draft {
    let mut joined = Joined {
        content: told.content,
        evidence: told.evidence,
        other: known.content,
        proofs: known.evidence,
        doubts: known.doubts,
    };
    joined.trigger();
    joined.steps();
    joined.tools();
    joined.labels();
    joined.claims();
    if joined.content.problem.is_none() && joined.other.problem.is_some() {
        joined.content.problem = joined.other.problem.take();
        joined.adopt(Field::Problem, 0, 0);
    }
    let Joined { content, evidence, doubts, .. } = joined;
    let both = 0.5 * told.confidence * grounded + 0.5 * known.confidence;
    let agreement = if doubts.is_empty() { 0.08 } else { 0.0 };
    let off = (DOUBT * doubts.len() as f32).min(DOUBTS);
    let confidence = (both + agreement - off).clamp(0.02, SUREST);
    let location = if known.location.url.is_some() { known.location } else { told.location };
    Draft { content, evidence, location, confidence, doubts }
}

struct Joined {
    content: Content,
    evidence: Vec<Evidence>,
    /// The rules' reading, and its evidence.
    other: Content,
    proofs: Vec<Evidence>,
    doubts: Vec<Doubt>,
}

impl Joined {
    fn doubt(&mut self, field: Field, says: String) {
        self.doubts.push(Doubt { field: Some(field), says });
    }

    /// Takes over the rules' evidence of an entry.
    fn adopt(&mut self, field: Field, from: usize, to: usize) {
        let Ok(to) = u16::try_from(to) else { return };
        let proofs = self
            .proofs
            .iter()
            .filter(|proof| proof.field == field && usize::from(proof.index) == from);
        let adopted = proofs.map(|proof| Evidence {
            index: to,
            confidence: proof.confidence * ALONE,
            ..proof.clone()
        });
        self.evidence.extend(adopted);
    }

    fn rate(&mut self, field: Field, index: usize, rate: impl Fn(f32) -> f32) {
        let of_entry =
            |proof: &&mut Evidence| proof.field == field && usize::from(proof.index) == index;
        for proof in self.evidence.iter_mut().filter(of_entry) {
            proof.confidence = rate(proof.confidence).clamp(0.0, SUREST);
        }
    }

    fn trigger(&mut self) {
        match (&mut self.content.trigger, self.other.trigger.take()) {
            (Some(own), Some(other)) if own.kind == other.kind => {
                own.confidence = surer(own.confidence, other.confidence);
                own.tool = own.tool.take().or(other.tool);
                let confidence = own.confidence;
                self.rate(Field::Trigger, 0, |_| confidence);
            }
            (Some(own), Some(other)) => {
                own.confidence = own.confidence.min(DIFFERENT);
                let says = format!("the rules read {}: {}", other.kind, other.text);
                self.doubt(Field::Trigger, says);
                self.rate(Field::Trigger, 0, |known| known.min(DIFFERENT));
            }
            (None, Some(other)) => {
                let confidence = other.confidence * ALONE;
                self.content.trigger = Some(Trigger { confidence, ..other });
                self.adopt(Field::Trigger, 0, 0);
                self.doubt(Field::Trigger, "only the rules read one".to_owned());
            }
            (_, None) => {}
        }
    }

    fn steps(&mut self) {
        if self.other.steps.is_empty() {
            return;
        }
        let spans = |evidence: &[Evidence], index: Option<usize>| -> Vec<Span> {
            let of = |proof: &&Evidence| {
                proof.field == Field::Steps && index.is_none_or(|at| usize::from(proof.index) == at)
            };
            evidence.iter().filter(of).map(|proof| proof.span).collect()
        };
        let theirs = spans(&self.proofs, None);
        let mut seen = 0;
        for at in 0..self.content.steps.len() {
            let own = spans(&self.evidence, Some(at));
            if own.iter().any(|span| theirs.iter().any(|other| span.overlaps(*other))) {
                seen += 1;
                self.rate(Field::Steps, at, |known| surer(known, 0.3));
            }
        }
        if (seen as f32) < FEW * self.content.steps.len() as f32 {
            let first = &self.other.steps[0].text;
            let says =
                format!("the rules read {} others, the first: {first}", self.other.steps.len());
            self.doubt(Field::Steps, says);
        }
    }

    fn tools(&mut self) {
        let others = std::mem::take(&mut self.other.tools);
        for (from, other) in others.into_iter().enumerate() {
            let at = self.content.tools.iter().position(|tool| tool.name == other.name);
            let Some(at) = at else {
                let to = self.content.tools.len();
                if other.role == ToolRole::Used {
                    self.doubt(Field::Tools, format!("only the rules read {} as used", other.name));
                }
                self.content.tools.push(ToolUse { p: other.p * ALONE, ..other });
                self.adopt(Field::Tools, from, to);
                continue;
            };
            let own = &mut self.content.tools[at];
            if own.role == other.role {
                let is_used = own.role == ToolRole::Used;
                own.p = if is_used { surer(own.p, other.p) } else { own.p.min(other.p) };
                self.rate(Field::Tools, at, |known| surer(known, 0.5));
            } else {
                own.p = DIFFERENT;
                let says = format!("the rules read {} as {}", other.name, other.role);
                self.doubt(Field::Tools, says);
            }
        }
        // What only the model names stands at its own word, below what both read.
    }

    fn labels(&mut self) {
        let functions = std::mem::take(&mut self.other.functions);
        let industries = std::mem::take(&mut self.other.industries);
        for (field, other) in [(Field::Functions, functions), (Field::Industries, industries)] {
            let own = match field {
                Field::Functions => &mut self.content.functions,
                _ => &mut self.content.industries,
            };
            let best = own.first().map(|best| best.label.clone());
            let is_shared = other.iter().any(|scored| Some(&scored.label) == best.as_ref());
            let doubt = (!is_shared && best.is_some()).then(|| other.first()).flatten();
            let says = doubt.map(|scored| format!("the rules read {}", scored.label));
            let order: Vec<String> = own.iter().map(|scored| scored.label.clone()).collect();
            *own = joined_labels(std::mem::take(own), other);
            let now: Vec<String> = own.iter().map(|scored| scored.label.clone()).collect();
            follow(&mut self.evidence, field, &order, &now);
            if let Some(says) = says {
                self.doubt(field, says);
            }
        }
    }

    fn claims(&mut self) {
        let same = |one: &Claim, other: &Claim| {
            one.unit == other.unit && (one.amount - other.amount).abs() < 1e-6
        };
        let others = std::mem::take(&mut self.other.claims);
        for (from, other) in others.into_iter().enumerate() {
            match self.content.claims.iter().position(|own| same(own, &other)) {
                Some(at) => self.rate(Field::Claims, at, |known| surer(known, 0.5)),
                None => {
                    let to = self.content.claims.len();
                    self.content.claims.push(other);
                    self.adopt(Field::Claims, from, to);
                }
            }
        }
    }
}

/// The probability of what two readers say who err apart.
fn surer(one: f32, other: f32) -> f32 {
    (1.0 - (1.0 - one) * (1.0 - other)).clamp(0.0, SUREST)
}

/// Labels of both, surest first: those of one reader alone fall behind.
pub(super) fn joined_labels(own: Vec<Scored>, other: Vec<Scored>) -> Vec<Scored> {
    let mut all = own;
    for scored in &mut all {
        let known = other.iter().find(|known| known.label == scored.label);
        scored.p = known.map_or(scored.p.min(DIFFERENT), |known| surer(scored.p, known.p));
    }
    let unknown = other.into_iter().filter(|scored| scored.p * ALONE >= LIKELY);
    for scored in unknown {
        if all.iter().all(|known| known.label != scored.label) {
            all.push(Scored { p: (scored.p * ALONE).min(DIFFERENT - 0.01), ..scored });
        }
    }
    all.sort_by(|a, b| b.p.total_cmp(&a.p));
    all.truncate(MOST_LABELS);
    all
}

/// Lets the evidence of labels follow them to their new places.
pub(super) fn follow(evidence: &mut Vec<Evidence>, field: Field, order: &[String], now: &[String]) {
    evidence.retain_mut(|proof| {
        if proof.field != field {
            return true;
        }
        let label = order.get(usize::from(proof.index));
        let place = label.and_then(|label| now.iter().position(|known| known == label));
        let place = place.and_then(|at| u16::try_from(at).ok());
        proof.index = place.unwrap_or(proof.index);
        place.is_some()
    });
}
