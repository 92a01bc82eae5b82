use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn at(transcript: &Transcript, words: &str) -> Option<u32> {
    let offset = transcript.text.find(words)? as u32;
    transcript.marks.iter().rev().find(|mark| mark.offset <= offset).map(|mark| mark.seconds)
}

#[test]
fn captions_are_joined_across_their_breaks() {
    let vtt = "WEBVTT\nKind: captions\nLanguage: en\n\nNOTE\nTitle: Chasing: documents\n\n1\n00:00:01.000 --> 00:00:03.000 align:start position:0%\nSo what we built\n\n00:00:03.000 --> 00:00:05.500\n<v Noor>texts the <i>patient</i> &amp; waits.\n\n00:14:32.250 --> 00:14:35.000\nIt saves six hours.\n";
    let transcript = read(vtt);
    assert_eq!(
        transcript.text,
        "So what we built\nNoor: texts the patient & waits.\nIt saves six hours."
    );
    assert_eq!(at(&transcript, "texts"), Some(3));
    assert_eq!(at(&transcript, "saves"), Some(872));
    assert_eq!(transcript.header("language"), Some("en"));
    assert_eq!(transcript.header("title"), Some("Chasing: documents"));
}

#[test]
fn rolling_captions_are_taken_once() {
    let vtt = "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n \nhello<00:00:00.500><c> and</c><00:00:01.000><c> welcome</c>\n\n00:00:02.000 --> 00:00:02.010\nhello and welcome\n \n\n00:00:02.010 --> 00:00:04.000\nhello and welcome\nback<00:00:03.000><c> to the channel</c>\n\n00:00:04.000 --> 00:00:04.010\nback to the channel\n \n\n00:00:04.010 --> 00:00:06.000\nback to the channel\ntoday we chase invoices\n";
    let transcript = read(vtt);
    assert_eq!(transcript.text, "hello and welcome back to the channel today we chase invoices");
    assert_eq!(transcript.marks.len(), 3);
    assert_eq!(at(&transcript, "today"), Some(4));
}

#[test]
fn captions_that_grow_are_taken_once() {
    let srt = "1\n00:00:00,000 --> 00:00:01,000\nso what\n\n2\n00:00:01,000 --> 00:00:02,000\nso what we\n\n3\n00:00:02,000 --> 00:00:03,000\nso what we built\n";
    assert_eq!(read(srt).text, "so what we built");
}

#[test]
fn subrip_without_empty_lines_is_read() {
    let srt = "1\r\n00:00:00,000 --> 00:00:01,000\r\n{\\an8}First <b>line</b>\r\n2\r\n00:01:01,000 --> 00:01:02,000\r\n42\r\nwords\r\n";
    let transcript = read(srt);
    assert_eq!(transcript.text, "First line 42 words");
    assert_eq!(at(&transcript, "42"), Some(61));
}

#[rstest]
#[case("WEBVTT\n\n", true)]
#[case("\u{feff}WEBVTT - a title\n", true)]
#[case("1\n00:00:01,000 --> 00:00:02,000\nx", true)]
#[case("WEBVTTX", false)]
#[case("12\nnot a clock", false)]
#[case("a --> b", false)]
fn captions_are_known_by_their_start(#[case] text: &str, #[case] expected: bool) {
    assert_eq!(is_transcript(text), expected);
}

#[test]
fn japanese_captions_get_no_spaces() {
    let vtt =
        "WEBVTT\n\n00:01.000 --> 00:02.000\n請求書を\n\n00:02.000 --> 00:03.000\n送ります。\n";
    assert_eq!(read(vtt).text, "請求書を送ります。");
}

proptest! {
    #[test]
    fn marks_stand_on_characters_and_rise(lines in prop::collection::vec("(00:0[0-9]:0[0-9].000 --> 00:10:00.000|[a-zé\u{301}\u{1b}<>&{}\\\\ ]{0,12}|NOTE|)", 0..40)) {
        let transcript = read(&lines.join("\n"));
        prop_assert_eq!(crate::text::sanitize(&transcript.text), transcript.text.as_str());
        let mut last = None;
        for mark in &transcript.marks {
            prop_assert!(transcript.text.is_char_boundary(mark.offset as usize));
            prop_assert!(last.is_none_or(|before| before < mark.offset));
            last = Some(mark.offset);
        }
    }
}
