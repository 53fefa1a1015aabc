//! How the connection to a PostgreSQL server is encrypted: what `sslmode` and `sslrootcert` in its
//! address ask.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use postgres::config::SslMode;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

/// The modes that an address may name, as libpq has them.
const MODES: &[(&str, Mode)] = &[
    ("disable", Mode::Disable),
    ("prefer", Mode::Prefer),
    ("require", Mode::Require),
    ("verify-ca", Mode::VerifyCa),
    ("verify-full", Mode::VerifyFull),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

/// Where the certificates come from that others are checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Roots {
    System,
    File(PathBuf),
}

/// How a connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Encryption {
    mode: Mode,
    roots: Option<Roots>,
}

/// What is asked of a server's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checks {
    Nothing,
    Issuer,
    IssuerAndName,
}

impl Encryption {
    /// Takes the parameters about encryption off an address: the address without them, and what
    /// they ask. The driver knows fewer modes, and no certificates.
    ///
    /// # Errors
    /// What is wrong with a value, and what is allowed.
    pub(super) fn taken_off(address: &str) -> Result<(String, Self), String> {
        let Some((place, parameters)) = address.split_once('?') else {
            return Ok((address.to_owned(), Self { mode: Mode::Prefer, roots: None }));
        };
        let (mut mode, mut roots) = (None, None);
        let mut others = Vec::new();
        for parameter in parameters.split('&') {
            match parameter.split_once('=') {
                Some(("sslmode", value)) => {
                    let known = MODES.iter().find(|(name, _)| *name == value);
                    let allowed = || MODES.iter().map(|(name, _)| *name).collect::<Vec<_>>();
                    let (_, known) = known.ok_or_else(|| {
                        format!("sslmode is {value:?}, allowed are {}", allowed().join(", "))
                    })?;
                    mode = Some(*known);
                }
                Some(("sslrootcert", "system")) => roots = Some(Roots::System),
                Some(("sslrootcert", value)) => {
                    let path = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
                    roots = Some(Roots::File(PathBuf::from(&*path)));
                }
                _ => others.push(parameter),
            }
        }
        // Who names a certificate and no mode wants it to be checked.
        let unsaid = if roots.is_some() { Mode::VerifyFull } else { Mode::Prefer };
        let mode = mode.unwrap_or(unsaid);
        // Any certificate that somebody bought for a host of his own would pass.
        let is_weak = match roots {
            Some(Roots::System) => !matches!(mode, Mode::Disable | Mode::VerifyFull),
            Some(Roots::File(_)) => false,
            None => mode == Mode::VerifyCa,
        };
        if is_weak {
            return Err(
                "with the certificates of the system only sslmode=verify-full says anything; \
                        name those of the server's own authority with sslrootcert=FILE"
                    .to_owned(),
            );
        }
        let separator = if others.is_empty() { "" } else { "?" };
        Ok((format!("{place}{separator}{}", others.join("&")), Self { mode, roots }))
    }

    /// What the driver is to ask the server for.
    pub(super) fn ssl_mode(&self) -> SslMode {
        match self.mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        }
    }

    /// What encrypts the connection.
    ///
    /// # Errors
    /// Certificates that cannot be read, by their file.
    pub(super) fn connector(&self) -> Result<MakeRustlsConnect, String> {
        let verifier = Arc::new(self.verifier()?);
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&verifier.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        // What `sslnegotiation=direct` needs; servers that negotiate otherwise take no notice.
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(MakeRustlsConnect::new(config))
    }

    fn checks(&self) -> Checks {
        match (self.mode, &self.roots) {
            (Mode::VerifyFull, _) => Checks::IssuerAndName,
            (Mode::VerifyCa, _) | (Mode::Prefer | Mode::Require, Some(_)) => Checks::Issuer,
            (Mode::Disable | Mode::Prefer | Mode::Require, _) => Checks::Nothing,
        }
    }

    fn verifier(&self) -> Result<Verifier, String> {
        let checks = self.checks();
        let trusted = match &self.roots {
            _ if checks == Checks::Nothing => Vec::new(),
            Some(Roots::File(path)) => certificates(path)?,
            Some(Roots::System) | None => rustls_native_certs::load_native_certs().certs,
        };
        if trusted.is_empty() && checks != Checks::Nothing {
            return Err(
                "the system has no certificates to check that of the server against; name a file \
                 of them: sslrootcert=FILE"
                    .to_owned(),
            );
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(trusted.iter().cloned());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        Ok(Verifier { checks, roots, trusted, provider })
    }
}

/// The certificates of a file in PEM.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = path.display();
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|error| format!("sslrootcert={shown} cannot be read: {error}"))?;
    if read.is_empty() {
        return Err(format!("sslrootcert={shown} holds no certificate, allowed is PEM"));
    }
    Ok(read)
}

/// Checks the certificate of a server as far as the mode asks.
#[derive(Debug)]
struct Verifier {
    checks: Checks,
    roots: RootCertStore,
    /// What was given as root; a server that made its certificate itself shows one of these.
    trusted: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if self.checks != Checks::Nothing {
            let certificate = ParsedCertificate::try_from(end_entity)?;
            if !self.trusted.contains(end_entity) {
                let algorithms = self.provider.signature_verification_algorithms.all;
                verify_server_cert_signed_by_trust_anchor(
                    &certificate,
                    &self.roots,
                    intermediates,
                    now,
                    algorithms,
                )?;
            }
            if self.checks == Checks::IssuerAndName {
                verify_server_name(&certificate, server_name)?;
            }
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        // Of a certificate that nobody checks a valid signature says nothing, and old ones of version 1
        // cannot be read for it.
        if self.checks == Checks::Nothing {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        if self.checks == Checks::Nothing {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_about_encryption_are_taken_off_and_others_stay() {
        let file = Some(Roots::File(PathBuf::from("/etc/my ca.pem")));
        for (parameters, rest, mode, roots, checks) in [
            ("", "", Mode::Prefer, None, Checks::Nothing),
            ("?sslmode=disable", "", Mode::Disable, None, Checks::Nothing),
            ("?a=1&sslmode=require&b=2", "?a=1&b=2", Mode::Require, None, Checks::Nothing),
            (
                "?sslmode=verify-ca&sslrootcert=/etc/my%20ca.pem",
                "",
                Mode::VerifyCa,
                file.clone(),
                Checks::Issuer,
            ),
            ("?sslmode=verify-full&x=y", "?x=y", Mode::VerifyFull, None, Checks::IssuerAndName),
            (
                "?sslrootcert=/etc/my%20ca.pem&sslmode=require",
                "",
                Mode::Require,
                file.clone(),
                Checks::Issuer,
            ),
            ("?sslrootcert=/etc/my%20ca.pem", "", Mode::VerifyFull, file, Checks::IssuerAndName),
            (
                "?sslrootcert=system",
                "",
                Mode::VerifyFull,
                Some(Roots::System),
                Checks::IssuerAndName,
            ),
        ] {
            let (address, encryption) =
                Encryption::taken_off(&format!("postgres://a/b{parameters}")).unwrap();
            assert_eq!(address, format!("postgres://a/b{rest}"));
            assert_eq!(encryption, Encryption { mode, roots }, "{parameters}");
            assert_eq!(encryption.checks(), checks, "{parameters}");
        }
        for weak in [
            "sslmode=verify-ca",
            "sslrootcert=system&sslmode=verify-ca",
            "sslrootcert=system&sslmode=require",
            "sslmode=prefer&sslrootcert=system",
        ] {
            let problem = Encryption::taken_off(&format!("postgres://a/b?{weak}")).unwrap_err();
            assert!(problem.contains("only sslmode=verify-full"), "{weak}: {problem}");
        }
        let problem = Encryption::taken_off("postgres://a/b?sslmode=allow").unwrap_err();
        assert_eq!(
            problem,
            "sslmode is \"allow\", allowed are disable, prefer, require, verify-ca, verify-full"
        );
    }

    #[test]
    fn a_file_without_certificates_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let problem = || {
            let address = format!("postgres://a/b?sslrootcert={}", path.display());
            Encryption::taken_off(&address).unwrap().1.connector().err().unwrap()
        };
        assert!(problem().contains("ca.pem cannot be read"), "{}", problem());
        std::fs::write(&path, "no certificate").unwrap();
        assert!(problem().contains("ca.pem holds no certificate"), "{}", problem());
    }
}
