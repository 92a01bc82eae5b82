use super::*;
use proptest::prelude::*;
use rstest::rstest;
use unicode_segmentation::UnicodeSegmentation;

#[rstest]
#[case::colour("\u{1b}[31mred\u{1b}[0m", "red")]
#[case::title("a\u{1b}]0;owned\u{7}b", "ab")]
#[case::link("\u{1b}]8;;http://x\u{1b}\\text\u{1b}]8;;\u{1b}\\", "text")]
#[case::c1_csi("a\u{9b}2Jb", "ab")]
#[case::c1_osc("a\u{9d}0;x\u{9c}b", "ab")]
#[case::device_string("\u{1b}Pq#0\u{1b}\\ok", "ok")]
#[case::charset("\u{1b}(0lqk", "lqk")]
#[case::open_ended("\u{1b}]0;kept to the end", "0;kept to the end")]
#[case::bare_escape("a\u{1b}", "a")]
#[case::escape_before_letter("a\u{1b}é", "aé")]
#[case::bells("a\u{7}\u{8}\u{0}\u{7f}b", "ab")]
#[case::bidi("\u{202e}evil\u{202c}\u{2066}x\u{2069}", "evilx")]
#[case::zero_width("pass\u{200b}wo\u{200d}rd\u{feff}\u{ad}", "password")]
#[case::tags("flag\u{e0041}\u{e007f}", "flag")]
#[case::line_ends("a\r\nb\rc\u{2028}d\u{85}e", "a\nb\nc\nd\ne")]
#[case::mark_without_base("\u{301}a\n\u{301}b", "a\nb")]
#[case::selector_on_a_letter("a\u{fe0f}", "a")]
fn hostile_text_is_disarmed(#[case] text: &str, #[case] clean: &str) {
    assert_eq!(sanitize(text), clean);
}

#[rstest]
#[case("plain\ttext\nsecond line")]
#[case("日本語のテキスト、한국어, हिन्दी क्षत्रिय, ไทย, العربية")]
#[case("👩‍👩‍👧‍👦 👩🏽‍💻 ❤️ 1️⃣ 🇩🇪 🏳️‍🌈")]
#[case("e\u{301} Z\u{335}\u{321}")]
fn honest_text_passes_untouched(#[case] text: &str) {
    assert!(matches!(sanitize(text), Cow::Borrowed(same) if same == text));
}

#[test]
fn towers_of_marks_are_cut_to_four() {
    let tower = format!("a{}b", "\u{301}".repeat(500));
    assert_eq!(sanitize(&tower), format!("a{}b", "\u{301}".repeat(4)));
}

#[test]
fn chains_of_joined_emoji_are_cut() {
    let chain = "👩\u{200d}".repeat(300);
    let longest = sanitize(&chain).graphemes(true).map(|g| g.chars().count()).max();
    assert!(longest <= Some(MAX_CLUSTER as usize), "{longest:?}");
}

#[test]
fn a_line_has_single_spaces_and_no_ends() {
    assert_eq!(sanitize_line("  a\t\tb\n c\u{a0}d "), "a b c d");
    assert!(matches!(sanitize_line("tidy title"), Cow::Borrowed(_)));
}

fn is_forbidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c as u32, 0x200B | 0x200C | 0x200E | 0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFEFF | 0x2028 | 0x2029 | 0x61C | 0xAD)
}

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        "[a-z0-9 ]{1,4}",
        prop::sample::select(vec![
            "\u{1b}[",
            "\u{1b}]",
            "\u{1b}",
            "\u{9b}",
            "\u{9d}",
            "\u{7}",
            "\u{9c}",
            "\u{200d}",
            "👩",
            "\u{fe0f}",
            "🏽",
            "\u{301}",
            "\u{94d}",
            "क",
            "\u{1100}",
            "\u{1161}",
            "\u{600}",
            "🇩",
            "\r",
            "\n",
            "\u{20e3}",
            "\u{e0061}",
            "\u{202e}",
            "한",
            "\u{11a8}",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_forbidden_is_left_and_twice_is_once(text in hostile()) {
        let clean = sanitize(&text);
        prop_assert!(!clean.chars().any(is_forbidden), "{clean:?}");
        prop_assert_eq!(sanitize(&clean), clean.as_ref());
        for grapheme in clean.graphemes(true) {
            prop_assert!(grapheme.chars().count() <= 32, "{grapheme:?}");
        }
        let line = sanitize_line(&text);
        prop_assert!(!line.contains(['\n', '\t']));
    }
}
