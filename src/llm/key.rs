//! Keys of kept answers: the hash of all that an answer depends on.

use super::question::Question;

/// The key of the answer of `model` at `provider` to `question`: both names, the prompt with its
/// version, the schema, every message, and how the answer is drawn.
pub(super) fn of(question: &Question, provider: &str, model: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    // The length before each part: parts cannot run into each other.
    let mut add = |part: &str| {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    };
    add(provider);
    add(model);
    add(&question.prompt);
    add(&question.schema.as_ref().map(|schema| schema.value.to_string()).unwrap_or_default());
    add(&format!("{} {}", question.temperature, question.max_output));
    for message in &question.messages {
        add(message.speaker.name());
        add(&message.text);
    }
    *hasher.finalize().as_bytes()
}
