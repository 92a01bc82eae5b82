//! One document's questions to a model, and what its answers make of it.

use super::prompted::Prompted;
use super::{Errand, Refinery};
use crate::extract::{Dropped, Extractor, Input, MADE_BY, Piece, is_unsorted};
use crate::jobs::JobsError;
use crate::llm::{
    Answer, Chunk, Freshness, LlmError, Message, Models, Question, chunks, estimate_tokens,
};
use crate::model::{Draft, Trigger};
use crate::settings::load_prompt;
use crate::store::AwaitingDocument;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Tokens of an answer that tells of automations, and of one that sorts a single one.
const TOLD: u32 = 4_096;
const SORTED: u32 = 512;
/// Tokens of text in one question at most: models read short texts more closely.
const PIECE: usize = 8_000;
/// Tokens that neighbouring pieces share.
const OVERLAP: usize = 300;
/// Kept free for what frames a text: roles, the schema where a dialect writes it out, repairs.
const MARGIN: usize = 2_000;

/// What a model and the rules made of a document together.
pub(super) struct Read {
    pub(super) drafts: Vec<Draft>,
    pub(super) dropped: Dropped,
    /// `extract 2 by provider/model`.
    pub(super) made_by: String,
}

/// What is the same in every question: the names that things are sorted by.
pub(super) struct Frame {
    pub(super) functions: Vec<String>,
    pub(super) industries: Vec<String>,
}

/// What there is to ask about a document.
pub(super) struct Plan {
    pub(super) awaiting: AwaitingDocument,
    pub(super) questions: Vec<Question>,
    /// What the rules read.
    drafts: Vec<Draft>,
    task: Task,
}

/// What each of the questions is about, in their order.
enum Task {
    Read(Vec<Chunk>),
    /// Places of drafts.
    Sort(Vec<usize>),
}

/// Asks what a refinery wants to know.
pub(super) struct Asker {
    pub(super) models: Models,
    refinery: Arc<Refinery>,
    extractor: Arc<Extractor>,
    freshness: Freshness,
    /// Drafts less certain than this are not worth a question, 0..=1.
    least: f32,
    reading: Prompted,
    sorting: Prompted,
    frame: Frame,
}

impl Asker {
    /// An asker with the prompts that it reads from the disk.
    pub(super) fn new(
        models: Models,
        refinery: Arc<Refinery>,
        extractor: Arc<Extractor>,
        freshness: Freshness,
        least: f32,
    ) -> Result<Self, JobsError> {
        let prompted = |name, most| {
            let prompt = load_prompt(name, Some(&refinery.prompts));
            let prompt = prompt.map_err(|error| JobsError::Prompt(Box::new(error)))?;
            Ok::<_, JobsError>(Prompted::new(prompt, &models, most)?)
        };
        let (reading, sorting) = (prompted("extract", TOLD)?, prompted("classify", SORTED)?);
        let taxonomy = extractor.taxonomy();
        let functions = taxonomy.functions.iter().map(|known| known.name.clone()).collect();
        let industries = taxonomy.industries.iter().map(|known| known.name.clone()).collect();
        let frame = Frame { functions, industries };
        Ok(Self { models, refinery, extractor, freshness, least, reading, sorting, frame })
    }

    /// Documents that can be asked about at once.
    pub(super) fn width(&self) -> usize {
        self.models.width(self.reading.tier).max(1)
    }

    pub(super) fn takes_batches(&self) -> bool {
        self.models.takes_batches(self.reading.tier)
    }

    /// What is to be asked about a document; `None` where nothing is, as the settings now are. CPU
    /// work of milliseconds.
    pub(super) fn plan(&self, awaiting: AwaitingDocument) -> Result<Option<Plan>, JobsError> {
        let input = input(&awaiting);
        let drafts = self.extractor.extract(&input);
        let likelihood = || self.extractor.likelihood(&input, &drafts);
        let kind = awaiting.document.kind;
        let errand = self.refinery.errand(kind, &drafts, self.least, likelihood);
        let asked = match errand {
            None => return Ok(None),
            Some(Errand::Read) => self.to_read(&awaiting)?,
            Some(Errand::Sort) => self.to_sort(&awaiting, &drafts)?,
        };
        let (task, questions) = asked;
        Ok(Some(Plan { awaiting, questions, drafts, task }))
    }

    fn to_read(&self, awaiting: &AwaitingDocument) -> Result<(Task, Vec<Question>), JobsError> {
        let document = &awaiting.document;
        let text = document.readable.as_str();
        let render = |text: &str| {
            let kind = document.kind.name();
            let outside = [("title", document.title.as_str()), ("text", text), ("kind", kind)];
            self.reading.render(&self.frame, &outside)
        };
        let bare: usize = render("")?.iter().map(|message| estimate_tokens(&message.text)).sum();
        let room = self.models.room(self.reading.tier, bare + MARGIN, TOLD).min(PIECE);
        let chunks = chunks(text, room, OVERLAP);
        let ask = |messages| self.question(&self.reading, awaiting, messages);
        let questions = chunks
            .iter()
            .map(|chunk| render(chunk.span.slice(text).unwrap_or_default()).map(ask))
            .collect::<Result<_, _>>()?;
        Ok((Task::Read(chunks), questions))
    }

    fn to_sort(
        &self,
        awaiting: &AwaitingDocument,
        drafts: &[Draft],
    ) -> Result<(Task, Vec<Question>), JobsError> {
        let is_open = |draft: &Draft| draft.confidence >= self.least && is_unsorted(&draft.content);
        let open: Vec<usize> = (0..drafts.len()).filter(|at| is_open(&drafts[*at])).collect();
        let questions = open
            .iter()
            .map(|at| {
                let content = &drafts[*at].content;
                let flow = flow(&drafts[*at]);
                let outside = [
                    ("title", content.title.as_str()),
                    ("description", content.description.as_str()),
                    ("flow", flow.as_str()),
                ];
                let messages = self.sorting.render(&self.frame, &outside)?;
                Ok(self.question(&self.sorting, awaiting, messages))
            })
            .collect::<Result<_, JobsError>>()?;
        Ok((Task::Sort(open), questions))
    }

    fn question(
        &self,
        prompted: &Prompted,
        awaiting: &AwaitingDocument,
        messages: Vec<Message>,
    ) -> Question {
        // What a batch brought is used, however long answers are kept otherwise.
        let freshness = match (self.freshness, awaiting.asked) {
            (Freshness::Settled, Some(asked)) => Freshness::Since(asked),
            (freshness, _) => freshness,
        };
        prompted.question(format!("document {}", awaiting.document.id), messages, freshness)
    }

    /// Asks what was planned.
    pub(super) async fn ask(
        &self,
        plan: &Plan,
        cancel: &CancellationToken,
    ) -> Result<Vec<Answer>, LlmError> {
        let mut answers = Vec::with_capacity(plan.questions.len());
        for question in &plan.questions {
            answers.push(self.models.ask(question, cancel).await?);
        }
        Ok(answers)
    }

    /// What the answers to what was planned make of the document. CPU work of milliseconds.
    pub(super) fn join(&self, mut plan: Plan, answers: Vec<Answer>) -> Result<Read, JobsError> {
        let made_by = answers.last().map(|answer| &answer.made_by);
        let made_by = made_by.map_or_else(String::new, |made| {
            format!("{} by {}/{}", made.prompt, made.provider, made.model)
        });
        let failed = |error| JobsError::Extractor(Box::new(error));
        match plan.task {
            Task::Read(chunks) => {
                let piece = |(chunk, answer): (Chunk, Answer)| Piece {
                    given: chunk.span,
                    own: chunk.own,
                    answer: answer.value,
                };
                let pieces: Vec<Piece> = chunks.into_iter().zip(answers).map(piece).collect();
                let refined = self.extractor.refine(&input(&plan.awaiting), plan.drafts, &pieces);
                let refined = refined.map_err(failed)?;
                Ok(Read { drafts: refined.drafts, dropped: refined.dropped, made_by })
            }
            Task::Sort(places) => {
                let mut dropped = Dropped::default();
                for (at, answer) in places.into_iter().zip(answers) {
                    let sorted = self.extractor.sort(&mut plan.drafts[at], &answer.value);
                    dropped.labels += sorted.map_err(failed)?;
                }
                let made_by = format!("{MADE_BY}, {made_by}");
                Ok(Read { drafts: plan.drafts, dropped, made_by })
            }
        }
    }
}

fn input(awaiting: &AwaitingDocument) -> Input<'_> {
    let document = &awaiting.document;
    Input {
        title: &document.title,
        readable: &document.readable,
        kind: Some(document.kind),
        url: document.url.as_deref(),
        marks: &document.marks,
        language: document.language.as_deref(),
        raw: awaiting.raw.as_ref().map(|raw| raw.bytes.as_slice()),
    }
}

/// What happens in a draft, a line each: what sets it off, then its steps.
fn flow(draft: &Draft) -> String {
    let trigger = draft.content.trigger.iter();
    let trigger = trigger.map(|Trigger { text, tool, .. }| (text, tool));
    let steps = draft.content.steps.iter().map(|step| (&step.text, &step.tool));
    let line = |(text, tool): (&String, &Option<String>)| match tool {
        Some(tool) => format!("- {text} ({tool})"),
        None => format!("- {text}"),
    };
    trigger.chain(steps).map(line).collect::<Vec<_>>().join("\n")
}

impl From<LlmError> for JobsError {
    fn from(error: LlmError) -> Self {
        Self::Models(error)
    }
}
