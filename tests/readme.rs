//! README's table of keys is what the registry and the default keymap say.
//! `RESERVOIR_WRITE_README=1 cargo test --test readme` writes it anew.

use reservoir::settings::{key_tables, load_keymap};
use std::path::Path;

const START: &str =
    "<!-- keys: from the registry of actions; tests/readme.rs holds them true -->\n";
const END: &str = "<!-- /keys -->";

#[test]
fn the_table_of_keys_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(START).expect("README marks where the keys begin");
    let (_, after) = rest.split_once(END).expect("README marks where the keys end");
    let tables = key_tables(&load_keymap("default", None).unwrap());
    let wanted = format!("{before}{START}{tables}\n{END}{after}");
    if std::env::var_os("RESERVOIR_WRITE_README").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == wanted,
        "README's keys differ from the registry; RESERVOIR_WRITE_README=1 writes them anew"
    );
}
