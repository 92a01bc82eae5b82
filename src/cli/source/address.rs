//! Names and addresses of sources: what they are, and which are taken.

use super::super::CliError;
use crate::model::{NewSource, Source, SourceKind};
use crate::text::sanitize_line;
use url::Url;

/// Names of the sources that the program makes itself.
const RESERVED: [&str; 3] = ["import", "manual", "sample"];

/// What an address is, and how to call it.
///
/// # Errors
/// Where it is neither an http(s) address nor a path that exists, or the name is unfit.
pub fn recognise(
    address: &str,
    name: Option<String>,
    title: Option<String>,
) -> Result<NewSource, CliError> {
    let (kind, address, suggestion) = match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            let host = url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
            let suggestion = format!("{host}{}", url.path());
            (SourceKind::Feed, url.to_string(), suggestion)
        }
        _ => {
            let path = std::fs::canonicalize(address).map_err(|error| CliError::Usage {
                what: format!("`{address}` is neither an http(s) address nor a path: {error}"),
                hint: Some("give a feed's address, or a folder that exists".into()),
            })?;
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
pub fn fit_name(name: String) -> Result<String, CliError> {
    if name != slug(&name) {
        return Err(CliError::Usage {
            what: format!("`{name}` cannot name a source"),
            hint: Some(format!(
                "use lower-case letters, digits, `.`, `_` and `-`, as `{}`",
                slug(&name)
            )),
        });
    }
    if RESERVED.contains(&name.as_str()) {
        return Err(taken(&name));
    }
    Ok(name)
}

/// The error for a name that another source has.
pub fn taken(name: &str) -> CliError {
    CliError::Failed {
        what: format!("the name `{name}` is taken"),
        hint: Some("give another one with --name".into()),
    }
}

/// The error for an address that another source visits.
pub fn visited(known: &Source) -> CliError {
    CliError::Failed {
        what: format!("the source `{}` visits {} already", known.name, known.address),
        hint: Some(format!("`reservoir source edit {}` changes it", known.name)),
    }
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
        let source = recognise("https://www.example.org/blog/feed.xml", None, None).unwrap();
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
    fn what_is_neither_address_nor_path_is_refused() {
        let error = recognise("no such thing", None, None).unwrap_err();
        assert_eq!(error.exit_status(), 2);
    }
}
