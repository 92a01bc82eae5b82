//! The filter line: words, and `field:value` where a field is meant.

use crate::model::{FacetField, Order, QueueFilter, Status};

/// Reads what was typed over `base`, of which the order and folding stay.
pub(super) fn parse(text: &str, base: &QueueFilter) -> QueueFilter {
    let mut filter = QueueFilter {
        facets: Vec::new(),
        words: String::new(),
        week: None,
        status: Some(Status::Inbox),
        ..base.clone()
    };
    let mut words: Vec<String> = Vec::new();
    for token in tokens(text) {
        let Some((name, value)) = token.split_once(':').filter(|(_, value)| !value.is_empty())
        else {
            words.push(token);
            continue;
        };
        match (name, FacetField::from_name(name)) {
            ("status", _) if value == "all" => filter.status = None,
            ("status", _) => match Status::from_name(value) {
                Some(status) => filter.status = Some(status),
                None => words.push(token),
            },
            ("week", _) => filter.week = Some(value.to_owned()),
            ("order", _) => match Order::from_name(value) {
                Some(order) => filter.order = order,
                None => words.push(token),
            },
            (_, Some(field)) => filter.facets.push((field, value.to_owned())),
            _ => words.push(token),
        }
    }
    filter.words = words.join(" ");
    filter
}

/// Writes the filter as `parse` reads it; empty for the plain inbox.
pub(super) fn show(filter: &QueueFilter) -> String {
    let mut parts = Vec::new();
    match filter.status {
        Some(Status::Inbox) => {}
        Some(status) => parts.push(format!("status:{status}")),
        None => parts.push("status:all".to_owned()),
    }
    parts.extend(filter.week.iter().map(|week| format!("week:{week}")));
    for (field, value) in &filter.facets {
        let is_plain = !value.contains(char::is_whitespace);
        parts.push(if is_plain {
            format!("{field}:{value}")
        } else {
            format!("{field}:\"{value}\"")
        });
    }
    if !filter.words.is_empty() {
        parts.push(filter.words.clone());
    }
    parts.join(" ")
}

/// White space separates, but not within double quotes; the quotes themselves go.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    let mut is_quoted = false;
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            c if c.is_whitespace() && !is_quoted => {
                if !token.is_empty() {
                    tokens.push(std::mem::take(&mut token));
                }
            }
            c => token.push(c),
        }
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("")]
    #[case("invoice chaser")]
    #[case("status:all tool:Slack")]
    #[case("status:deferred week:2026-W47 function:\"Lead nurturing\" dental")]
    fn a_filter_is_read_back_as_it_is_written(#[case] text: &str) {
        assert_eq!(show(&parse(text, &QueueFilter::default())), text);
    }

    #[test]
    fn what_is_no_field_is_a_word() {
        let filter = parse("re:invoice status:odd http://x", &QueueFilter::default());
        assert_eq!(filter.words, "re:invoice status:odd http://x");
        assert_eq!(filter.status, Some(Status::Inbox));
    }

    #[test]
    fn order_and_folding_stay_unless_they_are_named() {
        let base =
            QueueFilter { order: Order::Newest, folds_duplicates: false, ..QueueFilter::default() };
        let filter = parse("crm", &base);
        assert_eq!((filter.order, filter.folds_duplicates), (Order::Newest, false));
        assert_eq!(parse("order:source", &base).order, Order::Source);
    }
}
