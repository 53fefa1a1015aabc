//! Which addresses a crawl may connect to.
//!
//! Every address is looked at when the connection is made: the answer of the name server itself is
//! filtered, so that a name that changes its address leads nowhere else; addresses that are
//! written as numbers bypass name servers and are looked at before each request, redirects
//! included. In all their spellings `url` makes one of them.

use std::error::Error as StdError;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::OnceLock;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::Problem;
use crate::address::origin;

/// What an address is for, if it is not a public one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reserved {
    /// This machine, or a network of its owner's: open when the user typed it.
    Private(&'static str),
    /// Never to be asked: link-local (with the metadata services of clouds), multicast, nothing.
    Never(&'static str),
}

impl Reserved {
    fn name(self) -> &'static str {
        match self {
            Self::Private(name) | Self::Never(name) => name,
        }
    }
}

/// What `ip` is reserved for (the registries of special-purpose addresses, RFC 6890); an address
/// of the older protocol inside one of the newer counts as itself.
pub(crate) fn reserved(ip: IpAddr) -> Option<Reserved> {
    match ip {
        IpAddr::V4(ip) => reserved_v4(ip),
        IpAddr::V6(ip) => reserved_v6(ip),
    }
}

fn reserved_v4(ip: Ipv4Addr) -> Option<Reserved> {
    use Reserved::{Never, Private};
    Some(match ip.octets() {
        [127, ..] => Private("loopback"),
        [10, ..] | [192, 168, ..] | [172, 16..=31, ..] => Private("private"),
        [100, 64..=127, ..] => {
            // Alibaba's metadata service lies in the shared space.
            if ip == Ipv4Addr::new(100, 100, 100, 200) {
                Never("metadata")
            } else {
                Private("shared")
            }
        }
        [169, 254, ..] => Never("link-local"),
        [0, ..] => Never("of this network"),
        [192, 0, 0, _] => Never("for protocols"),
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => Never("for documentation"),
        [192, 88, 99, _] => Never("for relays"),
        [198, 18 | 19, ..] => Never("for benchmarks"),
        [224..=239, ..] => Never("multicast"),
        [240..=255, ..] => Never("reserved"),
        _ => return None,
    })
}

fn reserved_v6(ip: Ipv6Addr) -> Option<Reserved> {
    use Reserved::{Never, Private};
    let s = ip.segments();
    let v4 = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0] => Some(Never("unspecified")),
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(Private("loopback")),
        // IPv4-mapped, -compatible and -translated; NAT64.
        [0, 0, 0, 0, 0, 0 | 0xFFFF, high, low]
        | [0, 0, 0, 0, 0xFFFF, 0, high, low]
        | [0x64, 0xFF9B, 0, 0, 0, 0, high, low]
        // 6to4.
        | [0x2002, high, low, ..] => {
            reserved_v4(v4(high, low)).or(Some(Never("a form of an IPv4 address")))
        }
        [0x64, 0xFF9B, 1, ..] => Some(Never("for translation")),
        // Teredo.
        [0x2001, 0, ..] => Some(Never("a tunnel")),
        [0x2001, 0x0001..=0x01FF, ..] => Some(Never("for protocols")),
        [0x2001, 0xDB8, ..] | [0x3FFF, 0x0000..=0x0FFF, ..] => Some(Never("for documentation")),
        [0x100, 0, 0, 0, ..] => Some(Never("for discard")),
        // Amazon's metadata service.
        [0xFD00, 0xEC2, ..] => Some(Never("metadata")),
        [0xFC00..=0xFDFF | 0xFEC0..=0xFEFF, ..] => Some(Private("private")),
        [0xFE80..=0xFEBF, ..] => Some(Never("link-local")),
        [0xFF00..=0xFFFF, ..] => Some(Never("multicast")),
        // What is not in 2000::/3 is not given to anybody.
        [0x2000..=0x3FFF, ..] => None,
        _ => Some(Never("reserved")),
    }
}

/// What a crawl may connect to: public addresses, and the origin that the user typed if that is a
/// private one.
#[derive(Debug)]
pub(crate) struct Guard {
    home: Url,
    /// Whether the typed address is private; found out once, so that a name cannot become so.
    is_home_private: OnceLock<bool>,
}

/// How strictly the addresses of a connection are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Public addresses alone.
    Public,
    /// Those of the private network too.
    Private,
}

impl Guard {
    pub(crate) fn new(home: Url) -> Self {
        Self { home, is_home_private: OnceLock::new() }
    }

    /// Where the crawl starts.
    pub(crate) fn home(&self) -> &Url {
        &self.home
    }

    /// How far a request to `url` may reach.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] when it is written as an address that it may not reach.
    pub(crate) async fn check(&self, url: &Url) -> Result<Reach, Problem> {
        let reach = if origin(url) == origin(&self.home) && self.is_home_private().await {
            Reach::Private
        } else {
            Reach::Public
        };
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) => IpAddr::V6(ip),
            Some(Host::Domain(_)) | None => return Ok(reach),
        };
        match forbidden(ip, reach) {
            Some(reserved) => Err(problem(ip, reserved)),
            None => Ok(reach),
        }
    }

    async fn is_home_private(&self) -> bool {
        if let Some(known) = self.is_home_private.get() {
            return *known;
        }
        let is_private = |ip: IpAddr| matches!(reserved(ip), Some(Reserved::Private(_)));
        let found = match self.home.host() {
            Some(Host::Ipv4(ip)) => is_private(ip.into()),
            Some(Host::Ipv6(ip)) => is_private(ip.into()),
            Some(Host::Domain(name)) => {
                let port = self.home.port_or_known_default().unwrap_or(80);
                match tokio::net::lookup_host((name, port)).await {
                    Ok(addresses) => {
                        let all: Vec<SocketAddr> = addresses.collect();
                        !all.is_empty() && all.iter().all(|address| is_private(address.ip()))
                    }
                    // The request itself will say what is wrong with the name.
                    Err(_) => return false,
                }
            }
            None => false,
        };
        *self.is_home_private.get_or_init(|| found)
    }
}

/// What speaks against connecting to `ip`.
fn forbidden(ip: IpAddr, reach: Reach) -> Option<Reserved> {
    reserved(ip)
        .filter(|reserved| !(reach == Reach::Private && matches!(reserved, Reserved::Private(_))))
}

fn problem(ip: IpAddr, reserved: Reserved) -> Problem {
    Problem::Forbidden { address: ip.to_string(), kind: reserved.name() }
}

/// Asks the system for the addresses of names, and lets those pass that may be reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver(pub(crate) Reach);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            filtered(found, reach).map_err(Into::into)
        })
    }
}

fn filtered(found: Vec<SocketAddr>, reach: Reach) -> Result<Addrs, Refused> {
    let refused =
        found.iter().find_map(|a| Some(Refused(problem(a.ip(), forbidden(a.ip(), reach)?))));
    let mut allowed = found;
    allowed.retain(|address| forbidden(address.ip(), reach).is_none());
    match refused {
        Some(refused) if allowed.is_empty() => Err(refused),
        _ => Ok(Box::new(allowed.into_iter())),
    }
}

/// A name all of whose addresses are forbidden.
#[derive(Debug)]
struct Refused(Problem);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Refused {}

/// The problem inside an error of a connection, if the resolver refused it.
pub(crate) fn refusal(error: &(dyn StdError + 'static)) -> Option<Problem> {
    let mut source = Some(error);
    while let Some(error) = source {
        if let Some(refused) = error.downcast_ref::<Refused>() {
            return Some(refused.0.clone());
        }
        source = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(guard: &Guard, url: &Url) -> Result<Reach, Problem> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(guard.check(url))
    }

    fn public_guard() -> Guard {
        Guard::new("https://93.184.216.34/".parse().unwrap())
    }

    /// The spellings of an IPv4 address that some program or other understands.
    fn spellings(ip: Ipv4Addr) -> Vec<String> {
        let [a, b, c, d] = ip.octets();
        let n = u32::from(ip);
        let (high, low) = (n >> 16, n & 0xFFFF);
        let mut all = vec![
            format!("{a}.{b}.{c}.{d}"),
            format!("{n}"),
            format!("0x{n:x}"),
            format!("0X{n:08X}"),
            format!("0{n:o}"),
            format!("{a:#x}.{b:#x}.{c:#x}.{d:#x}"),
            format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
            format!("{a}.0x{b:x}.0{c:o}.{d}"),
            format!("{a}.{b}.{}", n & 0xFFFF),
            format!("{a}.{}", n & 0x00FF_FFFF),
            format!("{a}.{b}.{c}.{d}."),
            format!(
                "%3{}{}",
                a.to_string().chars().next().unwrap(),
                &format!("{a}.{b}.{c}.{d}")[1..]
            ),
            format!("{a}。{b}。{c}。{d}"),
        ];
        let wide: String = format!("{a}.{b}.{c}.{d}")
            .chars()
            .map(|c| c.to_digit(10).map_or(c, |n| char::from_u32(0xFF10 + n).unwrap()))
            .collect();
        all.push(wide);
        for v6 in [
            format!("::ffff:{a}.{b}.{c}.{d}"),
            format!("::FFFF:{high:x}:{low:x}"),
            format!("0:0:0:0:0:ffff:{high:04x}:{low:04X}"),
            format!("::{a}.{b}.{c}.{d}"),
            format!("64:ff9b::{a}.{b}.{c}.{d}"),
            format!("64:ff9b::{high:x}:{low:x}"),
            format!("2002:{high:x}:{low:x}::"),
            format!("2002:{high:x}:{low:x}:1:2:3:4:5"),
            format!("2001:0:{high:x}:{low:x}::1"),
            format!("::ffff:0:{high:x}:{low:x}"),
        ] {
            all.push(format!("[{v6}]"));
        }
        all
    }

    fn reserved_ips() -> impl Strategy<Value = Ipv4Addr> {
        prop_oneof![
            Just([127, 0, 0, 0]).prop_map(|a| (a, 8)),
            Just(([10, 0, 0, 0], 8)),
            Just(([172, 16, 0, 0], 12)),
            Just(([192, 168, 0, 0], 16)),
            Just(([169, 254, 0, 0], 16)),
            Just(([100, 64, 0, 0], 10)),
            Just(([0, 0, 0, 0], 8)),
            Just(([192, 0, 0, 0], 24)),
            Just(([198, 18, 0, 0], 15)),
            Just(([224, 0, 0, 0], 4)),
            Just(([240, 0, 0, 0], 4)),
        ]
        .prop_flat_map(|(start, bits)| {
            let start = u32::from_be_bytes(start);
            (0..=(u32::MAX >> bits)).prop_map(move |rest| Ipv4Addr::from(start | rest))
        })
    }

    proptest! {
        // 600 addresses in 24 spellings each: 14,400.
        #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

        #[test]
        fn no_spelling_of_a_reserved_address_is_reached(ip in reserved_ips(), port in 1_u16..) {
            let guard = public_guard();
            for host in spellings(ip) {
                for scheme in ["http", "https"] {
                    // What is no URL is not asked for.
                    let Ok(url) = Url::parse(&format!("{scheme}://{host}:{port}/")) else { continue };
                    match url.host() {
                        Some(Host::Domain(name)) => {
                            // Left to the resolver, whose answers are filtered.
                            let address = SocketAddr::new(ip.into(), port);
                            prop_assert!(filtered(vec![address], Reach::Public).is_err(), "{name}");
                        }
                        _ => prop_assert!(check(&guard, &url).is_err(), "{host} is {url}"),
                    }
                }
            }
        }

        #[test]
        fn public_addresses_are_reached(n in any::<u32>()) {
            let ip = Ipv4Addr::from(n);
            let url = Url::parse(&format!("http://{ip}/")).unwrap();
            prop_assert_eq!(check(&public_guard(), &url).is_ok(), reserved_v4(ip).is_none());
        }
    }

    #[test]
    fn addresses_of_the_newer_protocol_are_known() {
        for (ip, is_public) in [
            ("2606:4700:4700::1111", true),
            ("2001:db8::1", false),
            ("::", false),
            ("::1", false),
            ("fe80::1", false),
            ("fc00::1", false),
            ("fd00:ec2::254", false),
            ("ff02::1", false),
            ("64:ff9b:1::1", false),
            ("2002:0808:0808::1", false),
            ("100::1", false),
            ("4000::1", false),
        ] {
            assert_eq!(reserved(ip.parse().unwrap()).is_none(), is_public, "{ip}");
        }
    }

    #[test]
    fn a_private_address_that_was_typed_opens_its_origin_and_nothing_else() {
        let guard = Guard::new("http://127.0.0.1:8001/list/".parse().unwrap());
        let at_guard = |url: &str| check(&guard, &url.parse().unwrap());
        assert_eq!(at_guard("http://127.0.0.1:8001/other"), Ok(Reach::Private));
        for other in [
            "http://127.0.0.1:8002/",
            "https://127.0.0.1:8001/",
            "http://127.0.0.2:8001/",
            "http://[::1]:8001/",
            "http://169.254.169.254/",
        ] {
            assert!(at_guard(other).is_err(), "{other}");
        }
        let link_local = Guard::new("http://169.254.169.254/latest/".parse().unwrap());
        assert!(check(&link_local, &"http://169.254.169.254/latest/".parse().unwrap()).is_err());
    }

    #[test]
    fn answers_of_name_servers_are_filtered() {
        let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), 80);
        let both = vec![at("10.0.0.1"), at("93.184.216.34")];
        let left: Vec<_> = filtered(both, Reach::Public).unwrap().collect();
        assert_eq!(left, [at("93.184.216.34")]);
        assert!(filtered(vec![at("10.0.0.1")], Reach::Public).is_err());
        assert!(filtered(vec![at("10.0.0.1")], Reach::Private).is_ok());
        assert!(filtered(vec![at("169.254.169.254")], Reach::Private).is_err());
    }
}
