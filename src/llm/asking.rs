//! One question to one provider, until its answer fits.

use super::call::{Call, Turned, refused};
use super::question::{Answer, MadeBy, Message, Question};
use super::tokens::{estimate_tokens, least_tokens};
use super::{CallError, LlmError, ProviderSettings, Reply, Speaker, lenient};
use crate::model::{Money, Usage};
use serde_json::Value;

/// Rounds in which a model is told what is wrong with its answer.
const REPAIRS: u8 = 2;
/// Most of a wrong answer that is sent back, in characters.
const SENT_BACK: usize = 24_000;

/// What all calls for one question took.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    usage: Usage,
    cost: Money,
}

/// Asks until the answer fits, is cut off, or was repaired often enough. Also gives the text of the
/// last reply, which is what is kept.
pub(super) async fn ask(question: &Question, call: &Call<'_>) -> Result<(Answer, String), Turned> {
    let settings = &call.provider.settings;
    let mut messages = question.messages.clone();
    let mut max_output = question.max_output.min(settings.output_tokens);
    fits(question, settings, max_output)
        .map_err(|error| Turned::Failed(refused(call.task, &settings.name, error)))?;
    let (mut taken, mut repairs) = (Taken::default(), 0);
    loop {
        let reply = send(question, call, &messages, max_output, &mut taken).await?;
        if reply.is_cut_off(max_output) {
            if max_output < settings.output_tokens {
                max_output = settings.output_tokens;
                continue;
            }
            return Err(Turned::Failed(cut_off(call, "it came to the end of what it may say")));
        }
        let complaints = match read(question, &reply.text) {
            Ok(value) => {
                let made_by = MadeBy {
                    provider: settings.name.clone(),
                    model: call.model.to_owned(),
                    prompt: question.prompt.clone(),
                };
                let Taken { usage, cost } = taken;
                let answer = Answer { value, made_by, usage, cost, is_cached: false, repairs };
                return Ok((answer, reply.text));
            }
            Err(complaints) => complaints,
        };
        if repairs == REPAIRS {
            return Err(Turned::Failed(LlmError::Unusable {
                task: call.task.to_owned(),
                provider: settings.name.clone(),
                why: complaints.join("; "),
            }));
        }
        repairs += 1;
        // Only the newest wrong answer: older ones would cost and teach nothing more.
        messages.truncate(question.messages.len());
        messages.extend(complain(&reply.text, &complaints));
    }
}

/// The value in a reply, where it has the shape asked for.
///
/// # Errors
/// What is wrong with it, a line each.
pub(super) fn read(question: &Question, text: &str) -> Result<Value, Vec<String>> {
    let Some(schema) = &question.schema else { return Ok(Value::String(text.to_owned())) };
    let value = lenient::json(text).map_err(|error| vec![format!("it is no JSON: {error}")])?;
    let complaints = schema.complaints(&value);
    if complaints.is_empty() { Ok(value) } else { Err(complaints) }
}

async fn send(
    question: &Question,
    call: &Call<'_>,
    messages: &[Message],
    max_output: u32,
    taken: &mut Taken,
) -> Result<Reply, Turned> {
    let write = |dialect: &super::dialect::Dialect| {
        dialect.request(question, messages, call.model, max_output)
    };
    let has_schema = question.schema.is_some();
    let sent = call.send(has_schema, u64::from(max_output), write, |model, request| {
        let deltas = call.deltas.cloned();
        Box::pin(async move { model.chat(request, deltas.as_ref()).await })
    });
    let (reply, cost) = sent.await?;
    let used = reply.usage.unwrap_or_default();
    taken.cost = taken.cost + cost;
    taken.usage.input += used.input;
    taken.usage.cached += used.cached;
    taken.usage.output += used.output;
    let bytes = messages.iter().map(|message| message.text.len()).sum();
    // Some servers cut a long input off without a word (Ollama's `/v1` ignores `num_ctx`).
    if reply.usage.is_some_and(|usage| usage.input < least_tokens(bytes)) {
        return Err(Turned::Failed(cut_off(call, "it did not read the whole text")));
    }
    Ok(reply)
}

/// Whether a question has room beside an answer of `max_output` tokens.
///
/// # Errors
/// `TooLong` where not, before any money is spent on it.
pub(super) fn fits(
    question: &Question,
    settings: &ProviderSettings,
    max_output: u32,
) -> Result<(), CallError> {
    let schema = question.schema.as_ref().map(|schema| schema.value.to_string());
    let texts = question.messages.iter().map(|message| message.text.as_str());
    let input: usize = texts.chain(schema.as_deref()).map(|text| estimate_tokens(text) + 8).sum();
    let room = settings.context_tokens.saturating_sub(max_output);
    if input <= room as usize {
        return Ok(());
    }
    let why = format!("about {input} tokens, and it has room for {room}");
    Err(CallError::TooLong { why })
}

fn cut_off(call: &Call<'_>, side: &'static str) -> LlmError {
    LlmError::Truncated {
        task: call.task.to_owned(),
        provider: call.provider.settings.name.clone(),
        side,
    }
}

/// The wrong answer and what is wrong with it, for the model.
fn complain(text: &str, complaints: &[String]) -> [Message; 2] {
    let said: String = text.chars().take(SENT_BACK).collect();
    let words = format!(
        "That answer cannot be used:\n- {}\nSend the whole JSON object again, corrected, and \
         nothing else.",
        complaints.join("\n- ")
    );
    [Message::new(Speaker::Assistant, said), Message::new(Speaker::User, words)]
}
