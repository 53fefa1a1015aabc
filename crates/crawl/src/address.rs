//! URLs: what is shown of them, and which belong together.

use url::{Host, Url};

/// A URL as it is shown and stored: without user name, password and fragment.
///
/// ```
/// let url = "https://ada:secret@example.org/talks?day=1#top".parse()?;
/// assert_eq!(crawl::redact(&url), "https://example.org/talks?day=1");
/// # Ok::<(), url::ParseError>(())
/// ```
#[must_use]
pub fn redact(url: &Url) -> String {
    without_credentials(url).into()
}

/// `url` without user name, password and fragment.
pub(crate) fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    // Both fail for URLs that cannot have credentials, such as `mailto:`.
    if url.set_username("").and_then(|()| url.set_password(None)).is_err() {
        return url;
    }
    url
}

/// Scheme, host and port: what one robots.txt is for.
pub(crate) fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

pub(crate) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}

/// Whether both are web pages of one host, `www.` or not.
pub(crate) fn is_same_site(a: &Url, b: &Url) -> bool {
    let name = |url: &Url| {
        let host = url.host_str().unwrap_or_default();
        host.strip_prefix("www.").unwrap_or(host).to_owned()
    };
    is_web(a) && is_web(b) && name(a) == name(b)
}

/// Whether both are web pages below one name that somebody has registered (`talks.conf.example` and
/// `conf.example`, but not two sites of one provider), or of one host.
pub(crate) fn is_same_domain(a: &Url, b: &Url) -> bool {
    let registered = |url: &Url| match url.host() {
        Some(Host::Domain(name)) => psl::domain_str(name).map(str::to_owned),
        _ => None,
    };
    let is_one_name = registered(a).is_some_and(|name| registered(b) == Some(name));
    is_same_site(a, b) || is_one_name && is_web(a) && is_web(b)
}

/// Whether the host is this machine, by its name or address.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// A user name and password, and where they may be sent.
#[derive(Clone)]
pub(crate) struct Credentials {
    home: Url,
    user: String,
    password: Option<String>,
}

impl Credentials {
    /// Those in `url`, if there are any.
    pub(crate) fn of(url: &Url) -> Option<Self> {
        if url.username().is_empty() && url.password().is_none() {
            return None;
        }
        Some(Self {
            home: without_credentials(url),
            user: percent_decoded(url.username()),
            password: url.password().map(percent_decoded),
        })
    }

    /// User name and password, if `url` is on the host that they were given for: same host and
    /// port, and never without encryption what was given with it.
    pub(crate) fn for_url(&self, url: &Url) -> Option<(&str, Option<&str>)> {
        let is_same_origin = url.origin() == self.home.origin();
        let is_upgrade = self.home.scheme() == "http"
            && url.scheme() == "https"
            && url.host() == self.home.host()
            && url.port().is_none()
            && self.home.port().is_none();
        (is_same_origin || is_upgrade).then_some((&*self.user, self.password.as_deref()))
    }
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            decoded.push(byte);
            at += 3;
        } else {
            decoded.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn nothing_secret_is_shown() {
        assert_eq!(redact(&url("http://u@h.example/a#f")), "http://h.example/a");
        assert_eq!(redact(&url("http://:p@h.example:8080/")), "http://h.example:8080/");
        assert_eq!(redact(&url("mailto:a@b.example")), "mailto:a@b.example");
    }

    #[test]
    fn a_site_is_a_host_with_its_www_twin() {
        let start = url("https://conf.example/talks");
        for same in
            ["https://www.conf.example/", "http://CONF.example/x", "https://conf.example:8443/"]
        {
            assert!(is_same_site(&start, &url(same)), "{same}");
        }
        for other in ["https://x.conf.example/", "ftp://conf.example/", "https://conf.example.org/"]
        {
            assert!(!is_same_site(&start, &url(other)), "{other}");
        }
    }

    #[test]
    fn a_domain_is_what_somebody_registered() {
        let start = url("https://www.conf.co.uk/talks");
        for same in ["https://talks.conf.co.uk/", "http://conf.co.uk/x"] {
            assert!(is_same_domain(&start, &url(same)), "{same}");
        }
        for other in ["https://other.co.uk/", "ftp://conf.co.uk/", "https://co.uk/"] {
            assert!(!is_same_domain(&start, &url(other)), "{other}");
        }
        // Sites of one provider belong to different people; an address is no name.
        assert!(!is_same_domain(&url("https://a.github.io/"), &url("https://b.github.io/")));
        assert!(!is_same_domain(&url("http://127.0.0.1/"), &url("http://127.0.0.2/")));
        assert!(is_same_domain(&url("http://localhost:1/"), &url("http://localhost:2/")));
    }

    #[test]
    fn this_machine_is_known_by_address_and_name() {
        for own in
            ["http://127.0.0.1:1/", "http://127.9.9.9/", "http://[::1]/", "http://localhost/"]
        {
            assert!(is_loopback(&url(own)), "{own}");
        }
        for other in ["http://10.0.0.1/", "http://localhost.example/", "http://128.0.0.1/"] {
            assert!(!is_loopback(&url(other)), "{other}");
        }
    }

    #[test]
    fn credentials_stay_with_their_host() {
        let given = Credentials::of(&url("http://ada:p%40ss@conf.example/talks")).unwrap();
        let pair = Some(("ada", Some("p@ss")));
        assert_eq!(given.for_url(&url("http://conf.example/other")), pair);
        assert_eq!(given.for_url(&url("https://conf.example/other")), pair);
        for other in ["http://www.conf.example/", "http://conf.example:8080/", "http://x.example/"]
        {
            assert_eq!(given.for_url(&url(other)), None, "{other}");
        }
        let safe = Credentials::of(&url("https://ada@conf.example/")).unwrap();
        assert_eq!(safe.for_url(&url("https://conf.example/")), Some(("ada", None)));
        assert_eq!(safe.for_url(&url("http://conf.example/")), None);
        assert!(Credentials::of(&url("http://conf.example/")).is_none());
    }
}
