//! Addresses: one spelling for each page, and what kind of page it is.

use crate::model::DocumentKind;
use url::Url;

/// Query parameters that tell where a reader came from, not what is read.
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "msclkid",
    "yclid",
    "twclid",
    "ttclid",
    "igshid",
    "igsh",
    "_bhlid",
    "srsltid",
    "_hsenc",
    "_hsmi",
    "__hstc",
    "__hssc",
    "__hsfp",
    "hsctatracking",
    "mkt_tok",
    "vero_id",
    "vero_conv",
    "oly_enc_id",
    "oly_anon_id",
    "ref_src",
    "ref_url",
    "wickedid",
    "_openstat",
    "_ga",
    "_gl",
    "ck_subscriber_id",
    "ml_subscriber",
    "ml_subscriber_hash",
    "sfmc_id",
    "trk_contact",
    "dm_i",
    "epik",
    "rdt_cid",
    "s_kwcid",
];
const TRACKING_PREFIXES: &[&str] = &["utm_", "mc_", "pk_", "mtm_", "matomo_", "piwik_", "hsa_"];
/// The same on video pages only, where these names are sure.
const VIDEO_TRACKING: &[&str] = &["si", "feature", "ab_channel", "pp", "t", "start", "app"];

/// The one spelling of a web address: tracking parameters, fragment, credentials and default port
/// fall, the host is lower-cased; short and alternative hosts of videos and posts are resolved.
///
/// `None` for what is no http(s) address. Parameters that name what is read stay, in their order.
pub fn canonical(address: &str) -> Option<String> {
    let mut url = Url::parse(address.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
        return None;
    }
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    if !url.fragment().is_some_and(|fragment| fragment.starts_with('!')) {
        url.set_fragment(None);
    }
    unify_host(&mut url);
    let is_video = url.host_str().is_some_and(|host| host.ends_with("youtube.com"));
    if let Some(query) = url.query() {
        let kept: Vec<&str> = query
            .split('&')
            .filter(|pair| !pair.is_empty() && !is_tracking(pair, is_video))
            .collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(kept.as_str()));
    }
    Some(url.into())
}

fn is_tracking(pair: &str, is_video: bool) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    TRACKING.contains(&name.as_str())
        || TRACKING_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || (is_video && VIDEO_TRACKING.contains(&name.as_str()))
}

/// Brings the other hosts of a site to its main one.
fn unify_host(url: &mut Url) {
    let host = url.host_str().unwrap_or_default().to_owned();
    match host.as_str() {
        "youtu.be" => {
            let id = url.path().trim_matches('/').to_owned();
            if !id.is_empty() && !id.contains('/') {
                let rest = url.query().map(|query| format!("&{query}")).unwrap_or_default();
                url.set_path("/watch");
                url.set_query(Some(&format!("v={id}{rest}")));
                // The host is a constant and valid.
                let _ = url.set_host(Some("www.youtube.com"));
            }
        }
        "youtube.com" | "m.youtube.com" => {
            let _ = url.set_host(Some("www.youtube.com"));
        }
        "reddit.com" | "old.reddit.com" | "new.reddit.com" | "np.reddit.com" => {
            let _ = url.set_host(Some("www.reddit.com"));
        }
        _ => {}
    }
}

/// What kind of document stands at an address, where the site tells.
pub fn kind_of_address(address: &str) -> Option<DocumentKind> {
    let url = Url::parse(address).ok()?;
    let host = url.host_str()?.trim_start_matches("www.");
    let path = url.path();
    let is_at = |site: &str| host == site || host.ends_with(&format!(".{site}"));
    Some(match () {
        () if is_at("reddit.com") => DocumentKind::Post,
        () if is_at("producthunt.com") => DocumentKind::Launch,
        () if is_at("github.com") || is_at("gitlab.com") => DocumentKind::Repository,
        () if is_at("substack.com") || is_at("beehiiv.com") => DocumentKind::Newsletter,
        () if is_at("n8n.io") && path.starts_with("/workflows") => DocumentKind::Template,
        () if is_at("zapier.com") && path.contains("/templates") => DocumentKind::Template,
        () if is_at("make.com") && path.contains("/templates") => DocumentKind::Template,
        () => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "https://Blog.Example/Post?utm_source=x&id=7&UTM_Medium=y#top",
        Some("https://blog.example/Post?id=7")
    )]
    #[case("http://a.example:80/?fbclid=1", Some("http://a.example/"))]
    #[case("https://user:pw@a.example/x?a=1&a=2&mc_cid=3", Some("https://a.example/x?a=1&a=2"))]
    #[case("https://a.example/#!/page", Some("https://a.example/#!/page"))]
    #[case("https://youtu.be/abc123?si=xyz&t=10", Some("https://www.youtube.com/watch?v=abc123"))]
    #[case(
        "https://m.youtube.com/watch?v=abc&feature=share",
        Some("https://www.youtube.com/watch?v=abc")
    )]
    #[case(
        "https://old.reddit.com/r/x/comments/1/",
        Some("https://www.reddit.com/r/x/comments/1/")
    )]
    #[case("https://a.example/x?_bhlid=1&srsltid=2", Some("https://a.example/x"))]
    #[case(" https://a.example/x?t=5 ", Some("https://a.example/x?t=5"))]
    #[case("https://bücher.example/", Some("https://xn--bcher-kva.example/"))]
    #[case("javascript:alert(1)", None)]
    #[case("/relative", None)]
    fn each_page_has_one_spelling(#[case] address: &str, #[case] expected: Option<&str>) {
        assert_eq!(canonical(address).as_deref(), expected);
    }

    proptest! {
        #[test]
        fn twice_is_once_and_nothing_panics(address in "(https?://)?[a-z.@:]{0,12}/[a-z/%]{0,8}\\??([a-zA-Z_]{0,8}=?[a-z%&+]{0,5}){0,3}#?.{0,5}") {
            if let Some(once) = canonical(&address) {
                prop_assert_eq!(canonical(&once), Some(once.clone()));
            }
            kind_of_address(&address);
        }
    }
}
