//! The guard against addresses inside the operator's network (SSRF).

use super::NetError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;
use url::{Host, Url};

/// Whether an address belongs to the public internet, by IANA's special-purpose registries.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b & 0xFE) == 18))
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let parts = ip.segments();
    // Addresses that carry an IPv4 one are judged by it.
    let carried = match parts {
        [0, 0, 0, 0, 0, 0xFFFF, high, low] | [0x64, 0xFF9B, 0, 0, 0, 0, high, low] => {
            Some((high, low))
        }
        [0x2002, high, low, ..] => Some((high, low)),
        _ => None,
    };
    if let Some((high, low)) = carried {
        return is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    }
    // Global unicast is 2000::/3; Teredo, documentation and benchmarking lie within it.
    let is_global = parts[0] & 0xE000 == 0x2000;
    let is_special = matches!(parts, [0x2001, 0 | 2 | 0xDB8, ..] | [0x3FFF, ..]);
    is_global && !is_special
}

/// Which hosts may be asked although they are private.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    allowed: Arc<[String]>,
}

impl Guard {
    pub(super) fn new(allowed: &[String]) -> Self {
        Self { allowed: allowed.iter().map(|host| host.to_ascii_lowercase()).collect() }
    }

    fn allows(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches([']', '.']);
        self.allowed.iter().any(|allowed| allowed == host)
    }

    /// Refuses what is no web address, and addresses written as numbers that are private.
    ///
    /// Names are judged by the resolver, when their addresses are known.
    pub(super) fn check(&self, url: &Url) -> Result<(), NetError> {
        let refused =
            |why: &str| NetError::Address { address: url.to_string(), why: why.to_owned() };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused("only http and https are fetched"));
        }
        let ip: IpAddr = match url.host() {
            None => return Err(refused("it has no host")),
            Some(Host::Domain(_)) => return Ok(()),
            Some(Host::Ipv4(ip)) => ip.into(),
            Some(Host::Ipv6(ip)) => ip.into(),
        };
        let host = url.host_str().unwrap_or_default();
        if is_public(ip) || self.allows(host) {
            return Ok(());
        }
        Err(NetError::Private { host: host.to_owned(), ip })
    }
}

/// A host whose every address is private.
#[derive(Debug, thiserror::Error)]
#[error("{host} is at {ip}, inside a private network")]
pub(super) struct Refusal {
    pub host: String,
    pub ip: IpAddr,
}

/// Resolves names as the system does, and drops private addresses, so that the address which was
/// checked is the one that is connected to.
pub(super) struct Resolver(pub Guard);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_ascii_lowercase();
        let is_allowed = self.0.allows(&host);
        Box::pin(async move {
            let asked = host.clone();
            let found = tokio::task::spawn_blocking(move || {
                (asked.as_str(), 0).to_socket_addrs().map(Iterator::collect::<Vec<SocketAddr>>)
            });
            let found = found.await??;
            let first = found.first().map(SocketAddr::ip);
            let mut kept = found;
            kept.retain(|address| is_allowed || is_public(address.ip()));
            match (kept.is_empty(), first) {
                (true, Some(ip)) => Err(Refusal { host, ip }.into()),
                _ => Ok(Box::new(kept.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("93.184.216.34", true)]
    #[case("2606:4700::1111", true)]
    #[case("127.0.0.1", false)]
    #[case("10.1.2.3", false)]
    #[case("172.16.0.1", false)]
    #[case("192.168.1.1", false)]
    #[case("169.254.169.254", false)]
    #[case("100.64.0.1", false)]
    #[case("0.0.0.0", false)]
    #[case("255.255.255.255", false)]
    #[case("224.0.0.1", false)]
    #[case("198.18.0.1", false)]
    #[case("::1", false)]
    #[case("::", false)]
    #[case("fe80::1", false)]
    #[case("fd00:ec2::254", false)]
    #[case("::ffff:127.0.0.1", false)]
    #[case("::ffff:93.184.216.34", true)]
    #[case("64:ff9b::a00:1", false)]
    #[case("2002:7f00:1::", false)]
    #[case("2001:db8::1", false)]
    fn private_addresses_are_told_from_public_ones(#[case] ip: &str, #[case] expected: bool) {
        assert_eq!(is_public(ip.parse().unwrap()), expected);
    }

    #[rstest]
    #[case("http://2130706433/", false)]
    #[case("http://0x7f.1/", false)]
    #[case("http://[::1]/", false)]
    #[case("http://169.254.169.254/latest", false)]
    #[case("ftp://example.com/", false)]
    #[case("file:///etc/passwd", false)]
    #[case("https://example.com/", true)]
    #[case("http://127.0.0.2/", true)]
    fn numbers_in_any_spelling_are_checked(#[case] address: &str, #[case] passes: bool) {
        let guard = Guard::new(&["127.0.0.2".to_owned()]);
        assert_eq!(guard.check(&Url::parse(address).unwrap()).is_ok(), passes);
    }
}
