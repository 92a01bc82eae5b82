//! What a person names as a source: a feed's address, or a folder; and how to call it.

use crate::model::{NewSource, SourceKind};
use crate::text::sanitize_line;
use url::Url;

/// Names of the sources that the program makes itself.
const RESERVED: [&str; 3] = ["import", "manual", "sample"];

/// Why something cannot be a source.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error("`{address}` is neither an http(s) address nor a path: {source}")]
    Nothing { address: String, source: std::io::Error },
    #[error("`{0}` cannot name a source")]
    Unfit(String),
    #[error("the name `{0}` is taken")]
    Reserved(String),
}

impl PlaceError {
    /// The next step.
    pub fn hint(&self) -> String {
        match self {
            Self::Nothing { .. } => "give a feed's address, or a folder that exists".to_owned(),
            Self::Unfit(name) => {
                format!("use lower-case letters, digits, `.`, `_` and `-`, as `{}`", slug(name))
            }
            Self::Reserved(_) => "give another one".to_owned(),
        }
    }
}

/// What an address is, and how to call it. Looks at the file system, where it is a path.
///
/// # Errors
/// Where it is neither an http(s) address nor a path that exists, or the name is unfit.
pub fn recognise_place(
    address: &str,
    name: Option<String>,
    title: Option<String>,
) -> Result<NewSource, PlaceError> {
    let address = address.trim();
    let (kind, address, suggestion) = match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let host = url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
            let suggestion = format!("{host}{}", url.path());
            (SourceKind::Feed, url.to_string(), suggestion)
        }
        _ => {
            let path = std::fs::canonicalize(address)
                .map_err(|source| PlaceError::Nothing { address: address.to_owned(), source })?;
            let suggestion = path.file_name().map(|name| name.to_string_lossy().into_owned());
            let path = path.to_string_lossy().into_owned();
            (SourceKind::Folder, path, suggestion.unwrap_or_else(|| "folder".into()))
        }
    };
    let name = name.map_or_else(|| Ok(slug(&suggestion)), fit_name)?;
    let title = title.map(|title| sanitize_line(&title).into_owned());
    let title = title.filter(|title| !title.is_empty());
    Ok(NewSource { name, kind, address, title, is_enabled: true })
}

/// A name as it may be given to a source.
///
/// # Errors
/// Where it has other characters than `[a-z0-9._-]`, or is one of the program's own.
pub fn fit_name(name: String) -> Result<String, PlaceError> {
    if name != slug(&name) {
        return Err(PlaceError::Unfit(name));
    }
    if RESERVED.contains(&name.as_str()) {
        return Err(PlaceError::Reserved(name));
    }
    Ok(name)
}

/// The name, or the first of `name-2`, `name-3`, … that may be given and is not taken.
pub fn free_name(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let is_free = |name: &str| fit_name(name.to_owned()).is_ok() && !is_taken(name);
    if is_free(wanted) {
        return wanted.to_owned();
    }
    let short: String = wanted.chars().take(40).collect();
    let numbered =
        (2..).map(|number| format!("{}-{number}", short.trim_end_matches(['-', '.', '_'])));
    numbered.into_iter().find(|name| is_free(name)).unwrap_or_else(|| wanted.to_owned())
}

/// Lower-case letters, digits, dots and dashes, at most 48; never empty.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.to_lowercase().chars() {
        let fits = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if fits || (matches!(letter, '.' | '_') && !slug.is_empty()) {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(48);
    let slug = slug.trim_end_matches(['-', '.', '_']);
    if slug.is_empty() { "source".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_recognised_and_named_after_its_address() {
        let source =
            recognise_place(" https://www.example.org/blog/feed.xml\n", None, None).unwrap();
        assert_eq!(
            (source.kind, source.name.as_str()),
            (SourceKind::Feed, "example.org-blog-feed.xml")
        );
    }

    #[test]
    fn a_name_of_the_program_or_of_odd_letters_is_refused() {
        for name in ["import", "manual", "A b", "-x", ""] {
            assert!(fit_name(name.to_owned()).is_err(), "{name}");
        }
        assert_eq!(fit_name("my.feed-2".to_owned()).unwrap(), "my.feed-2");
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let is_taken = |name: &str| name == "news" || name == "news-2";
        assert_eq!(free_name("news", is_taken), "news-3");
        assert_eq!(free_name("sample", |_| false), "sample-2");
    }

    #[test]
    fn what_is_neither_address_nor_path_is_refused() {
        let error = recognise_place("no such thing", None, None).unwrap_err();
        assert!(matches!(error, PlaceError::Nothing { .. }));
    }
}
