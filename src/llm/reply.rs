//! Replies off the wire, read as leniently as can be.

use super::CallError;
use crate::model::Usage;
use jiff::Timestamp;
use serde_json::Value;

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    Done,
    /// It did not say.
    Unsaid,
    /// It came to the end of what it may say.
    Length,
}

/// What a chat call brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub text: String,
    pub finish: Finish,
    /// `None` where the provider does not count.
    pub usage: Option<Usage>,
    /// The key's limit is used up until then.
    pub rest_until: Option<Timestamp>,
}

/// What an embedding call brought.
#[derive(Debug, Clone, PartialEq)]
pub struct Vectors {
    pub vectors: Vec<Vec<f32>>,
    pub usage: Option<Usage>,
}

impl Reply {
    /// Reads the answer to a chat request, whole or put together from its parts.
    ///
    /// # Errors
    /// `Malformed` where there is no answer in it; `Declined` where the model would not.
    pub(super) fn read(body: &Value) -> Result<Self, CallError> {
        let malformed = |why: &str| CallError::Malformed { why: why.to_owned() };
        let choice = body["choices"].get(0).ok_or_else(|| malformed("it has no choices"))?;
        let said = &choice["message"];
        let finish = choice["finish_reason"].as_str().unwrap_or_default();
        let text = content(said).or_else(|| choice["text"].as_str().map(str::to_owned));
        let text = text.unwrap_or_default();
        let refusal = said["refusal"].as_str().filter(|words| !words.trim().is_empty());
        if let Some(words) = refusal.filter(|_| text.is_empty()) {
            return Err(CallError::Declined { why: short(words) });
        }
        let finish = match finish {
            "content_filter" => {
                return Err(CallError::Declined { why: "its filter held the answer back".into() });
            }
            "length" | "max_tokens" | "MAX_TOKENS" => Finish::Length,
            "" => Finish::Unsaid,
            _ => Finish::Done,
        };
        if text.trim().is_empty() && finish != Finish::Length {
            return Err(malformed("its message is empty"));
        }
        Ok(Self { text, finish, usage: usage(&body["usage"]), rest_until: None })
    }

    /// Whether it ends for want of room: it says so, or took all of `max_output` tokens and nobody
    /// said why it ended.
    pub(super) fn is_cut_off(&self, max_output: u32) -> bool {
        let is_spent = || self.usage.is_some_and(|usage| usage.output >= u64::from(max_output));
        match self.finish {
            Finish::Length => true,
            Finish::Unsaid => is_spent(),
            Finish::Done => false,
        }
    }
}

impl Vectors {
    /// Reads the answer to an embedding request.
    ///
    /// # Errors
    /// `Malformed` where it does not hold vectors of one length.
    pub(super) fn read(body: &Value) -> Result<Self, CallError> {
        let malformed = |why: &str| CallError::Malformed { why: why.to_owned() };
        let data = body["data"].as_array().ok_or_else(|| malformed("it has no data"))?;
        let mut placed = Vec::with_capacity(data.len());
        for (at, entry) in data.iter().enumerate() {
            let numbers = entry["embedding"].as_array().ok_or_else(|| malformed("no embedding"))?;
            let vector = match numbers.first() {
                Some(Value::Array(_)) => mean(numbers),
                _ => vector(numbers),
            };
            let vector = vector.ok_or_else(|| malformed("an embedding holds no numbers"))?;
            placed.push((entry["index"].as_u64().unwrap_or(at as u64), vector));
        }
        placed.sort_by_key(|(index, _)| *index);
        let vectors: Vec<Vec<f32>> = placed.into_iter().map(|(_, vector)| vector).collect();
        let length = vectors.first().map_or(0, Vec::len);
        if length == 0 || vectors.iter().any(|vector| vector.len() != length) {
            return Err(malformed("its vectors differ in length"));
        }
        Ok(Self { vectors, usage: usage(&body["usage"]) })
    }
}

fn vector(numbers: &[Value]) -> Option<Vec<f32>> {
    numbers.iter().map(|number| number.as_f64().map(|n| n as f32)).collect()
}

/// One vector of a token's each: llama.cpp's family does not pool those of every model.
fn mean(rows: &[Value]) -> Option<Vec<f32>> {
    let rows: Option<Vec<Vec<f32>>> = rows.iter().map(|row| vector(row.as_array()?)).collect();
    let rows = rows?;
    let mut sum = vec![0.0; rows.first()?.len()];
    for row in &rows {
        if row.len() != sum.len() {
            return None;
        }
        sum.iter_mut().zip(row).for_each(|(sum, n)| *sum += n / rows.len() as f32);
    }
    Some(sum)
}

/// A message's text: a string, or parts of which the text counts.
pub(super) fn content(message: &Value) -> Option<String> {
    match &message["content"] {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            Some(parts.iter().filter_map(|part| part["text"].as_str().or(part.as_str())).collect())
        }
        _ => None,
    }
}

/// The tokens counted, where they are: whole numbers, also as `12.0` or `"12"`.
pub(super) fn usage(value: &Value) -> Option<Usage> {
    let number = |value: &Value| {
        value
            .as_u64()
            .or_else(|| value.as_f64().filter(|n| *n >= 0.0).map(|n| n as u64))
            .or_else(|| value.as_str()?.parse().ok())
    };
    let first = |names: &[&str]| names.iter().find_map(|name| number(&value[*name]));
    let input = first(&["prompt_tokens", "input_tokens"])?;
    let cached = number(&value["prompt_tokens_details"]["cached_tokens"])
        .or_else(|| first(&["prompt_cache_hit_tokens"]));
    Some(Usage {
        input,
        cached: cached.unwrap_or(0).min(input),
        output: first(&["completion_tokens", "output_tokens"]).unwrap_or(0),
    })
}

/// Words from outside, fit for a message.
pub(super) fn short(words: &str) -> String {
    let line = crate::text::sanitize_line(words);
    let kept: String = line.chars().take(200).collect();
    if kept.len() < line.len() { format!("{kept}…") } else { kept }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;
    use serde_json::json;

    fn reply(body: Value) -> Reply {
        Reply::read(&body).unwrap()
    }

    #[rstest]
    #[case(json!({"choices": [{"message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}))]
    #[case(json!({"choices": [{"message": {"content": "hi"}, "finish_reason": ""}], "service_tier": "odd"}))]
    #[case(json!({"choices": [{"message": {"content": [{"type": "text", "text": "h"}, {"text": "i"}]}}]}))]
    #[case(json!({"choices": [{"text": "hi", "finish_reason": null}], "usage": null}))]
    fn near_answers_are_read(#[case] body: Value) {
        assert_eq!(reply(body).text, "hi");
    }

    #[rstest]
    #[case(json!({"prompt_tokens": 10, "completion_tokens": 2}), 10, 0, 2)]
    #[case(json!({"prompt_tokens": 10.0, "completion_tokens": "2"}), 10, 0, 2)]
    #[case(json!({"prompt_tokens": 10, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 8}}), 10, 8, 2)]
    #[case(json!({"input_tokens": 10, "output_tokens": 2, "prompt_cache_hit_tokens": 80}), 10, 10, 2)]
    fn usage_is_read_in_its_spellings(
        #[case] counted: Value,
        #[case] input: u64,
        #[case] cached: u64,
        #[case] output: u64,
    ) {
        assert_eq!(usage(&counted), Some(Usage { input, cached, output }));
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        let declined = json!({"choices": [{"message": {"content": null, "refusal": "no"}}]});
        assert!(matches!(Reply::read(&declined), Err(CallError::Declined { .. })));
        for body in [json!({}), json!({"choices": []}), json!([1]), json!({"choices": [{}]})] {
            assert!(matches!(Reply::read(&body), Err(CallError::Malformed { .. })), "{body}");
        }
        let cut =
            json!({"choices": [{"message": {"content": "{\"a\""}, "finish_reason": "length"}]});
        assert_eq!(reply(cut).finish, Finish::Length);
    }

    #[test]
    fn vectors_come_in_the_order_of_their_texts() {
        let body = json!({"data": [{"index": 1, "embedding": [2, 3]}, {"index": 0, "embedding": [0.5, 1]}]});
        assert_eq!(Vectors::read(&body).unwrap().vectors, [[0.5, 1.0], [2.0, 3.0]]);
        let of_tokens = json!({"data": [{"embedding": [[1, 2], [3, 6]]}]});
        assert_eq!(Vectors::read(&of_tokens).unwrap().vectors, [[2.0, 4.0]]);
        let uneven = json!({"data": [{"embedding": [1]}, {"embedding": [1, 2]}]});
        assert!(Vectors::read(&uneven).is_err());
    }
}
