use super::*;
use rstest::rstest;

const DEPTHS: [ColorDepth; 4] =
    [ColorDepth::None, ColorDepth::Sixteen, ColorDepth::Indexed, ColorDepth::True];

#[test]
fn every_shipped_theme_loads_at_every_depth_without_a_problem() {
    for (name, ..) in SHIPPED {
        for depth in DEPTHS {
            if let Err(error) = load_theme(name, None, depth) {
                panic!("{error}");
            }
        }
    }
}

#[test]
fn the_selected_row_stands_out_in_every_theme_at_every_depth() {
    for (name, ..) in SHIPPED {
        for depth in DEPTHS {
            let theme = load_theme(name, None, depth).unwrap();
            for role in [Role::Selected, Role::Light] {
                let (style, text) = (theme.style(role), theme.style(Role::Text));
                assert_ne!((style.bg, style.add_modifier), (text.bg, text.add_modifier), "{name}");
            }
        }
    }
}

#[test]
fn no_colour_is_left_when_there_are_none() {
    let theme = load_theme("dark", None, ColorDepth::None).unwrap();
    assert!(Role::ALL.iter().all(|r| theme.style(*r).fg.is_none() && theme.style(*r).bg.is_none()));
}

fn load(file: &str, text: &str) -> Result<Theme, String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file), text).unwrap();
    load_theme("mine", Some(folder.path()), ColorDepth::True)
        .map_err(|e| e.to_string().replace(&format!("{}/", folder.path().display()), ""))
}

#[rstest]
#[case(
    "[style]\n",
    "mine.toml:1:2: there is no section `style` in a theme; did you mean `styles`?"
)]
#[case("[styles]\ntxt = \"red\"", "mine.toml:2:1: there is no role `txt`; did you mean `text`?")]
#[case("[styles]\ntext = \"rde\"", "mine.toml:2:8: there is no colour `rde`; did you mean `red`?")]
#[case("[palette]\nink = \"#12345\"", "mine.toml:2:7: `ink` is not a colour; write \"#1a2b3c\"")]
#[case("[styles]\ntext = { fore = \"red\" }", "mine.toml:2:10: a style has no `fore`")]
#[case("[styles]\ntext = { bold = 1 }", "mine.toml:2:17: `bold` must be true or false")]
#[case(
    "inherits = \"nobody\"",
    "no theme called `nobody`; there are: dark, light, high-contrast, sixteen, mine"
)]
fn a_wrong_theme_says_what_is_wrong_and_where(#[case] text: &str, #[case] expected: &str) {
    let message = load("mine.toml", text).expect_err("it should not load");
    assert!(message.contains(expected), "{message}\nshould contain\n{expected}");
}

#[test]
fn an_heir_changes_the_palette_of_the_styles_it_inherits() {
    let theme = load("mine.toml", "inherits = \"dark\"\n[palette]\naccent = \"#ff0000\"").unwrap();
    assert_eq!(theme.style(Role::Key).fg, Some(Color::Rgb(255, 0, 0)));
}

fn scheme(separator: &str, indent: &str) -> String {
    (0..16)
        .map(|i| format!("{indent}base{i:02X}{separator}\"#{i:02x}{i:02x}{i:02x}\" \n"))
        .collect()
}

#[rstest]
#[case("mine.yaml", format!("system: base16\nname: \"Mine\"\npalette:\n{}", scheme(": ", "  ")))]
#[case("mine.yml", scheme(": ", "").replace('#', ""))]
#[case("mine.toml", scheme(" = ", ""))]
fn a_base16_scheme_becomes_a_theme(#[case] file: &str, #[case] text: String) {
    let theme = load(file, &text).unwrap();
    assert_eq!(theme.style(Role::Text).fg, Some(Color::Rgb(5, 5, 5)));
    assert_eq!(theme.style(Role::Selected).bg, Some(Color::Rgb(2, 2, 2)));
}

#[test]
fn a_scheme_with_a_wrong_colour_says_where() {
    let text = scheme(": ", "").replace("#030303", "#03030z");
    let message = load("mine.yaml", &text).expect_err("it should not load");
    assert!(message.contains("mine.yaml:4:"), "{message}");
    assert!(message.contains("`base03`"), "{message}");
}
