//! Sizes and times as people write them.

use std::str::FromStr;
use std::time::Duration;

/// A number of bytes: `1GiB`, `500 MB`, `4096`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

const UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kb", 1000),
    ("kib", 1 << 10),
    ("m", 1 << 20),
    ("mb", 1_000_000),
    ("mib", 1 << 20),
    ("g", 1 << 30),
    ("gb", 1_000_000_000),
    ("gib", 1 << 30),
    ("t", 1 << 40),
    ("tb", 1_000_000_000_000),
    ("tib", 1 << 40),
];

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        scaled(text, UNITS)
            .filter(|bytes| *bytes >= 1.0)
            .map(|bytes| Self(bytes as u64))
            .ok_or_else(|| "allowed are sizes such as 512MiB, 1GiB or 2GB".to_owned())
    }
}

impl std::fmt::Display for Bytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut value = self.0 as f64;
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if value < 1024.0 {
                let decimals = usize::from(unit != "B" && value < 100.0);
                return write!(f, "{value:.decimals$} {unit}");
            }
            value /= 1024.0;
        }
        write!(f, "{value:.1} TiB")
    }
}

/// A time: `30d`, `12h`, `90m`, `10s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Age(pub(crate) Duration);

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        scaled(text, &[("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 7 * 86_400)])
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .map(Self)
            .ok_or_else(|| "allowed are times such as 30d, 12h or 90m".to_owned())
    }
}

/// A number times its unit.
fn scaled(text: &str, units: &[(&str, u64)]) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let unit = text[end..].trim().to_ascii_lowercase();
    let factor = units.iter().find(|(name, _)| *name == unit)?.1;
    let number: f64 = text[..end].parse().ok()?;
    Some(number * factor as f64).filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_as_people_write_them() {
        assert_eq!("1GiB".parse(), Ok(Bytes(1 << 30)));
        assert_eq!("1.5 mb".parse(), Ok(Bytes(1_500_000)));
        assert_eq!("4096".parse(), Ok(Bytes(4096)));
        assert_eq!("2h".parse(), Ok(Age(Duration::from_hours(2))));
        for wrong in ["", "GiB", "-1GiB", "1XB", "0", "1e9", "NaN"] {
            assert!(wrong.parse::<Bytes>().is_err(), "{wrong}");
        }
        assert!("5".parse::<Age>().is_err());
    }

    #[test]
    fn sizes_are_told_with_a_unit() {
        let told: Vec<String> =
            [0, 1023, 1536, 200 << 20, 3 << 30].map(|n| Bytes(n).to_string()).into();
        assert_eq!(told, ["0 B", "1023 B", "1.5 KiB", "200 MiB", "3.0 GiB"]);
    }
}
