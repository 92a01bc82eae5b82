//! Holds the one-way rule: a room imports rooms of a lower tier only.

#![expect(clippy::unwrap_used, reason = "a test may panic, in its helpers too")]

use regex::Regex;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const TIERS: &[(u8, &[&str])] = &[
    (0, &["model"]),
    (1, &["fit", "settings", "text"]),
    (2, &["store", "net", "llm", "embed"]),
    (3, &["gather", "extract", "dedupe", "rank", "search", "review"]),
    (4, &["jobs", "tui", "cli"]),
    (5, &["app"]),
];

/// The screens are pure: they hear of everything else by messages.
const TUI_MAY_USE: &[&str] = &["model", "settings", "text"];

/// The one arrow inside a tier: commands run the pipeline, as `app` does.
const SAME_TIER: &[(&str, &str)] = &[("cli", "jobs")];

fn tiers() -> BTreeMap<&'static str, u8> {
    TIERS.iter().flat_map(|(tier, rooms)| rooms.iter().map(move |room| (*room, *tier))).collect()
}

fn sources() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    walkdir::WalkDir::new(&root)
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .filter_map(|path| {
            let first = path.strip_prefix(&root).unwrap().components().next()?;
            let room = first.as_os_str().to_str()?.trim_end_matches(".rs").to_owned();
            (room != "lib" && room != "main").then_some((room, path))
        })
        .collect()
}

/// Rooms named after `crate::` in `text`, also those inside a braced list.
fn rooms_used(text: &str) -> Vec<String> {
    let inner = Regex::new(r"\{[^{}]*\}").unwrap();
    let single = Regex::new(r"crate::([a-z_]+)").unwrap();
    let braced = Regex::new(r"(?s)use crate::\{(.*?)\};").unwrap();
    let mut used: Vec<String> =
        single.captures_iter(text).map(|found| found[1].to_owned()).collect();
    for list in braced.captures_iter(text) {
        // Inner braces name things inside a room; only what stands before them counts.
        let flat = inner.replace_all(&list[1], "x").into_owned();
        let paths = flat.split(',').filter_map(|path| path.trim().split("::").next());
        used.extend(paths.filter(|room| !room.is_empty()).map(str::to_owned));
    }
    used
}

#[test]
fn every_room_has_its_place() {
    let tiers = tiers();
    for (room, path) in sources() {
        assert!(tiers.contains_key(room.as_str()), "{} is in no known room", path.display());
    }
}

#[test]
fn a_room_imports_only_rooms_of_a_lower_tier() {
    let tiers = tiers();
    let mut wrong = Vec::new();
    for (room, path) in sources() {
        let text = std::fs::read_to_string(&path).unwrap();
        for used in rooms_used(&text) {
            let Some(tier) = tiers.get(used.as_str()) else { continue };
            let is_allowed = used == room
                || SAME_TIER.contains(&(room.as_str(), used.as_str()))
                || if room == "tui" {
                    TUI_MAY_USE.contains(&used.as_str())
                } else {
                    *tier < tiers[room.as_str()]
                };
            if !is_allowed {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows against the rule:\n{}", wrong.join("\n"));
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::model::X;\nuse crate::{store::Store, text, net::{A, B}};\nlet x = crate::embed::f();";
    let mut used = rooms_used(text);
    used.sort();
    used.dedup();
    assert_eq!(used, ["embed", "model", "net", "store", "text"]);
}
