//! TLS by rustls: whom we trust, who we are, and the handshake.

use std::io;
use std::sync::Arc;

use init_core::{Endpoint, FileRef, Files, SecretRef, Secrets, SpecPath, Violations};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, ring as provider};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::error::Error;
use crate::spec::{ChannelBinding, TlsMode, TlsSpec};

/// Where Debian, Alpine and most images keep the system's roots.
const SYSTEM_ROOTS: &str = "/etc/ssl/certs/ca-certificates.crt";

/// What a spec says about TLS, with the files that it names read.
#[derive(Debug)]
pub(crate) struct Tls {
    pub(crate) mode: TlsMode,
    pub(crate) binding: ChannelBinding,
    roots: Arc<RootCertStore>,
    identity: Option<(Vec<CertificateDer<'static>>, SecretRef)>,
    config: Option<Arc<ClientConfig>>,
}

/// Reads the certificates; nothing when the connection is plain.
pub(crate) fn validate(spec: TlsSpec, files: &Files, wrong: &mut Violations) -> Option<Tls> {
    let at = SpecPath::root().key("tls");
    if spec.mode == TlsMode::Disable {
        let extra = spec.ca.is_some() || spec.certificate.is_some() || spec.key.is_some();
        if extra || spec.channel_binding == ChannelBinding::Require {
            wrong.push(&at, "`mode: disable` leaves no use for the other keys: remove them or the mode");
        }
        return None;
    }
    let roots = match &spec.ca {
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(file, files, &at.key("ca"), wrong) {
                wrong.check(&at.key("ca"), roots.add(certificate).map_err(|e| format!("no authority: {e}")));
            }
            roots
        }
        None => public_roots(files),
    };
    let identity = match (spec.certificate, spec.key) {
        (Some(file), Some(key)) => Some((certificates(&file, files, &at.key("certificate"), wrong), key)),
        (None, None) => None,
        _ => {
            wrong.push(&at, "a client certificate is both `certificate` and `key`");
            None
        }
    };
    Some(Tls {
        mode: spec.mode,
        binding: spec.channel_binding,
        roots: Arc::new(roots),
        identity,
        config: None,
    })
}

fn certificates(
    file: &FileRef,
    files: &Files,
    at: &SpecPath,
    wrong: &mut Violations,
) -> Vec<CertificateDer<'static>> {
    let Some(pem) = wrong.check(at, files.read(file)) else { return Vec::new() };
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    let found = wrong.check(at, read.map_err(|_| "the file is no PEM")).unwrap_or_default();
    if found.is_empty() {
        wrong.push(at, "the file holds no certificate in PEM form");
    }
    found
}

/// The bundled roots, and those of the system where there are some.
fn public_roots(files: &Files) -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Ok(pem) = files.read(&FileRef { file: SYSTEM_ROOTS.into() }) {
        roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&pem).filter_map(Result::ok));
    }
    roots
}

impl Tls {
    /// The secret that holds our private key.
    pub(crate) fn key(&self) -> Option<&SecretRef> {
        self.identity.as_ref().map(|(_, key)| key)
    }

    /// The same with everything that a handshake needs.
    pub(crate) fn ready(&self, secrets: &Secrets) -> Result<Self, Error> {
        let provider = Arc::new(provider::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match self.mode {
            TlsMode::VerifyFull => self.web_pki(&provider)?,
            TlsMode::VerifyCa => Arc::new(AnyName(self.web_pki(&provider)?)),
            _ => Arc::new(AnyOne(provider.signature_verification_algorithms)),
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::Internal(format!("TLS versions: {error}")))?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => {
                let unusable =
                    |problem: String| Error::Credential { what: format!("the private key {key}"), problem };
                #[expect(clippy::disallowed_methods, reason = "the key signs the handshake")]
                let pem = secrets.get(key)?.expose_secret();
                let private = PrivateKeyDer::from_pem_slice(pem.as_bytes())
                    .map_err(|_| unusable("it is no private key in PEM form".to_owned()))?;
                builder
                    .with_client_auth_cert(chain.clone(), private)
                    .map_err(|error| unusable(format!("it does not fit `tls.certificate`: {error}")))?
            }
        };
        let (roots, identity) = (Arc::clone(&self.roots), self.identity.clone());
        Ok(Self { mode: self.mode, binding: self.binding, roots, identity, config: Some(Arc::new(config)) })
    }

    fn web_pki(&self, provider: &Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>, Error> {
        WebPkiServerVerifier::builder_with_provider(Arc::clone(&self.roots), Arc::clone(provider))
            .build()
            .map_err(|error| Error::Internal(format!("TLS roots: {error}")))
    }

    pub(crate) async fn handshake(
        &self,
        endpoint: &Endpoint,
        tcp: TcpStream,
    ) -> Result<TlsStream<TcpStream>, Error> {
        let failed = |source| Error::Tls { endpoint: endpoint.clone(), source };
        let config =
            self.config.clone().ok_or_else(|| Error::Internal("TLS was not made ready".to_owned()))?;
        let name = ServerName::try_from(endpoint.host().to_owned());
        let name = name.map_err(|error| failed(io::Error::other(error)))?;
        TlsConnector::from(config).connect(name, tcp).await.map_err(failed)
    }
}

/// `verify-ca`: a trusted authority signed it, for whatever name.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

/// `require`: encrypted, and the peer holds the key of whatever certificate it shows.
#[derive(Debug)]
struct AnyOne(WebPkiSupportedAlgorithms);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.0.verify_server_cert(leaf, chain, name, ocsp, now) {
            // The name is the last thing that is looked at, so everything else holds.
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

impl ServerCertVerifier for AnyOne {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}
