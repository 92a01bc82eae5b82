//! The pictures in `screenshots/` are of the screens as they are now.
//! `cargo run -- screenshots` draws them anew.

use std::process::Command;

#[test]
fn the_pictures_are_of_the_screens_as_they_are() {
    let output = Command::new(env!("CARGO_BIN_EXE_reservoir"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["screenshots", "--check"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
