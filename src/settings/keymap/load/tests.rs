use super::*;
use crate::settings::keymap::Lookup;
use rstest::rstest;

#[test]
fn every_shipped_keymap_loads_without_a_problem() {
    for name in shipped_keymaps() {
        if let Err(error) = load_keymap(name, None) {
            panic!("{error}");
        }
    }
}

#[test]
fn every_action_has_a_key_in_the_default_keymap() {
    let keymap = load_keymap("default", None).unwrap();
    for entry in REGISTRY {
        assert!(!keymap.keys_of(entry.action).is_empty(), "{}", entry.action);
    }
}

fn load(text: &str) -> Result<Keymap, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    load_keymap("mine", Some(folder.path()))
        .map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

#[rstest]
#[case(
    "[item]\napprov = \"a\"",
    "mine.toml:2:1: there is no action `item.approv`; did you mean `approve`?"
)]
#[case(
    "[itm]\napprove = \"a\"",
    "mine.toml:1:2: there is no section `itm` in a keymap; did you mean `item`?"
)]
#[case(
    "[item]\napprove = \"entr\"",
    "mine.toml:2:11: `item.approve` = \"entr\": no key is called `entr`; did you mean `enter`?"
)]
#[case(
    "[item]\napprove = \"ctl-a\"",
    "mine.toml:2:11: `item.approve` = \"ctl-a\": no modifier is called `ctl`; there are ctrl, alt and shift; did you mean `ctrl`?"
)]
#[case(
    "[item]\napprove = [\"a\", 3]",
    "mine.toml:2:17: keys of `item.approve` must be text, as in \"ctrl-d\""
)]
#[case(
    "[item]\napprove = \"x\"",
    "mine.toml:2:11: `x` means both `item.reject` and `item.approve`; give one of them another key; `item.reject` had it first"
)]
#[case("[app]\nhelp = \"g\"", "mine.toml:2:8: `g g` can never be typed, since `g` acts at once")]
#[case(
    "[app]\nquit = []\nback = []\npalette = []",
    "mine.toml:1:1: no key quits: `app.quit`, `app.back` and `app.palette` are all without one; quit = \"ctrl-c\""
)]
#[case(
    "[input]\ncancel = []",
    "mine.toml:1:1: no key leaves prompts: `input.cancel` is without one"
)]
#[case(
    "[confirm]\nyes = \"a\"",
    "mine.toml:2:7: `a` would both ask (`item.approve`) and answer (`confirm.yes`)"
)]
#[case("inherits = \"nobody\"", "no keymap called `nobody`; there are: default, vim, emacs")]
#[case("inherits = \"mine\"", "no keymap called `mine`")]
#[case("[app\n", "mine.toml:1:5: ")]
fn a_wrong_keymap_says_what_is_wrong_and_where(#[case] text: &str, #[case] expected: &str) {
    let message = load(text).expect_err("it should not load");
    assert!(message.contains(expected), "{message}\nshould contain\n{expected}");
}

#[test]
fn a_users_keymap_changes_only_what_it_says() {
    let keymap = load("inherits = \"vim\"\n[item]\napprove = [\"A\", \"ctrl-a\"]").unwrap();
    let press = |text: &str| keymap.lookup(Context::Inbox, &parse_sequence(text).unwrap());
    assert_eq!(press("A"), Lookup::Action(Action::Approve));
    assert_eq!(press("a"), Lookup::Nothing);
    assert_eq!(press("x"), Lookup::Action(Action::Reject));
    assert_eq!(press("Z Z"), Lookup::Action(Action::Quit));
    assert_eq!(press("Z"), Lookup::Prefix);
}

#[test]
fn the_same_key_means_what_the_place_says() {
    let keymap = load_keymap("default", None).unwrap();
    let press = |context, text: &str| keymap.lookup(context, &parse_sequence(text).unwrap());
    assert_eq!(press(Context::Inbox, "x"), Lookup::Action(Action::Reject));
    assert_eq!(press(Context::Pipeline, "x"), Lookup::Action(Action::CancelJob));
    assert_eq!(press(Context::LookAlikes, "x"), Lookup::Action(Action::KeepApart));
    assert_eq!(press(Context::Form, "x"), Lookup::Nothing);
    let hints = keymap.hints(Context::Inbox, &parse_sequence("g").unwrap());
    assert!(hints.iter().any(|hint| hint.action == Some(Action::Top)));
}
