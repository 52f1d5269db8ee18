//! Turns a bearer token into a caller, or says what is wrong with it.

use std::{
    fs, io,
    num::NonZeroUsize,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, PublicKeyUse},
};
use kernel::{Clock, ErrorCode, Rejection};
use lru::LruCache;
use serde::{Deserialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

use crate::{
    Caller, Issuer,
    issuer::{AUDIENCE, ISSUER},
};

#[cfg(test)]
mod tests;

/// How far the clocks of issuer and installation may be apart, in seconds.
const LEEWAY_SECONDS: i64 = 30;

/// The longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// How many verified tokens are remembered. A signature costs some 50 to 100 µs, a look-up one.
const TOKENS_REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::new(4_096).expect("it is not zero");

/// Another issuer whose tokens count here.
///
/// It speaks for the installation as the built-in issuer does: its subjects are `operator` and
/// `person:<id>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrustedIssuer {
    /// What its tokens say in `iss`.
    pub issuer: String,
    /// What its tokens must say in `aud`.
    pub audience: String,
    /// A file with its public keys, a JSON Web Key Set; read at the start.
    pub jwks_path: PathBuf,
}

/// The keys of a trusted issuer cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JwksError {
    /// The file cannot be read.
    #[error("the key set {path} cannot be read")]
    File {
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file is not a key set.
    #[error("{path} is not a JSON Web Key Set")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What was found.
        #[source]
        source: serde_json::Error,
    },
    /// The set holds a secret.
    #[error("{path} holds a shared secret; only public keys can be trusted")]
    SharedSecret {
        /// The file.
        path: PathBuf,
    },
    /// The set holds nothing that signatures can be checked with.
    #[error("{path} holds no public key for EdDSA, ES256, ES384, RS256 to RS512 or PS256 to PS512")]
    NoUsableKey {
        /// The file.
        path: PathBuf,
    },
    /// The name is taken.
    #[error("{issuer:?} is the name of an issuer that is trusted already")]
    AlreadyTrusted {
        /// What its tokens say in `iss`.
        issuer: String,
    },
}

/// A token proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TokenRefused {
    /// There is none.
    #[error("a token is needed: send it as `authorization: Bearer TOKEN`")]
    Missing,
    /// It is not a token that can be read.
    #[error("this is not a token: {0}")]
    Malformed(&'static str),
    /// No key of its issuer signed it.
    #[error("no key that is trusted here signed this token")]
    Forged,
    /// It was good, once.
    #[error("this token expired at {expired_at}; ask for a new one")]
    Expired {
        /// When.
        expired_at: Timestamp,
    },
    /// It will be good.
    #[error("this token is not valid before {valid_from}; look at the clocks")]
    NotYetValid {
        /// From when on.
        valid_from: Timestamp,
    },
    /// It is for something else.
    #[error("this token was issued for another audience")]
    WrongAudience,
    /// Somebody issued it of whom we know nothing.
    #[error("the issuer of this token is not trusted here")]
    IssuerUnknown,
    /// It is good, but says nothing about who calls.
    #[error("the subject of this token is neither `operator` nor `person:` with an id")]
    SubjectUnknown,
}

impl Rejection for TokenRefused {
    fn code(&self) -> ErrorCode {
        ErrorCode::Unauthenticated
    }

    fn reason(&self) -> &'static str {
        match self {
            TokenRefused::Missing => "TOKEN_MISSING",
            TokenRefused::Malformed(_) => "TOKEN_MALFORMED",
            TokenRefused::Forged => "TOKEN_FORGED",
            TokenRefused::Expired { .. } => "TOKEN_EXPIRED",
            TokenRefused::NotYetValid { .. } => "TOKEN_NOT_YET_VALID",
            TokenRefused::WrongAudience => "TOKEN_WRONG_AUDIENCE",
            TokenRefused::IssuerUnknown => "TOKEN_ISSUER_UNKNOWN",
            TokenRefused::SubjectUnknown => "TOKEN_SUBJECT_UNKNOWN",
        }
    }
}

/// Turns bearer tokens into callers. Clones share what they remember.
#[derive(Clone)]
pub struct Verifier {
    clock: Arc<dyn Clock>,
    issuers: Arc<[KnownIssuer]>,
    remembered: Arc<Mutex<LruCache<[u8; 32], Proof>>>,
}

/// An issuer and what its tokens are checked against.
#[derive(Clone)]
struct KnownIssuer {
    issuer: String,
    audience: String,
    keys: Vec<KnownKey>,
}

/// A public key, and the one algorithm it may be used with: what a token's header says is compared
/// with it and chooses nothing, so that a public key cannot be taken for a shared secret.
#[derive(Clone)]
struct KnownKey {
    id: Option<String>,
    algorithm: Algorithm,
    key: DecodingKey,
}

/// What a good token proves, and when. Times in seconds since 1970.
#[derive(Clone, Copy)]
struct Proof {
    caller: Caller,
    not_before: i64,
    expires: i64,
}

#[derive(Deserialize)]
struct TokenHeader {
    alg: String,
    kid: Option<String>,
    crit: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    exp: Option<f64>,
    nbf: Option<f64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Verifier {
    /// Trusts the built-in issuer, and tells the time by `clock`.
    pub fn new(clock: Arc<dyn Clock>, issuer: &Issuer) -> Verifier {
        let built_in = KnownIssuer {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            keys: vec![KnownKey {
                id: None,
                algorithm: Algorithm::EdDSA,
                key: issuer.verifying().clone(),
            }],
        };
        let remembered = Arc::new(Mutex::new(LruCache::new(TOKENS_REMEMBERED_MAX)));
        Verifier { clock, issuers: Arc::from([built_in]), remembered }
    }

    /// Trusts another issuer as well.
    ///
    /// # Errors
    ///
    /// Says what is wrong with its key set, or that its name is taken.
    pub fn trusting(self, trusted: &TrustedIssuer) -> Result<Verifier, JwksError> {
        if self.issuers.iter().any(|known| known.issuer == trusted.issuer) {
            return Err(JwksError::AlreadyTrusted { issuer: trusted.issuer.clone() });
        }
        let known = KnownIssuer {
            issuer: trusted.issuer.clone(),
            audience: trusted.audience.clone(),
            keys: read_keys(&trusted.jwks_path)?,
        };
        let issuers = self.issuers.iter().cloned().chain([known]).collect();
        Ok(Verifier { issuers, ..self })
    }

    /// Says who calls, by the `authorization` header.
    ///
    /// # Errors
    ///
    /// Says what is missing or wrong.
    pub fn authenticate(&self, headers: &HeaderMap) -> Result<Caller, TokenRefused> {
        self.verify(bearer(headers)?)
    }

    /// Says who calls, by a token.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the token.
    pub fn verify(&self, token: &str) -> Result<Caller, TokenRefused> {
        if TOKEN_BYTES_MAX < token.len() {
            return Err(TokenRefused::Malformed("it is too long"));
        }
        let now = self.clock.now().as_second();
        let digest = <[u8; 32]>::from(Sha256::digest(token.as_bytes()));
        let remembered = {
            let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
            remembered.get(&digest).copied()
        };
        if let Some(proof) = remembered {
            return proof.at(now);
        }
        let proof = self.prove(token)?;
        let caller = proof.at(now)?;
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.put(digest, proof);
        Ok(caller)
    }

    /// Checks everything but the time.
    fn prove(&self, token: &str) -> Result<Proof, TokenRefused> {
        let mut parts = token.split('.');
        let (Some(header), Some(claims), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(TokenRefused::Malformed("a token has three parts with dots between them"));
        };
        let signed = &token[..header.len() + 1 + claims.len()];
        let header: TokenHeader = part(header)?;
        if header.crit.is_some() {
            return Err(TokenRefused::Malformed("it asks for an extension that is not known here"));
        }
        let claims: Claims = part(claims)?;
        // Nothing is believed yet; the claimed issuer only says whose keys to try.
        let known = self
            .issuers
            .iter()
            .find(|known| claims.iss.as_deref() == Some(known.issuer.as_str()))
            .ok_or(TokenRefused::IssuerUnknown)?;
        if !known.keys.iter().any(|key| key.signed(&header, signed, signature)) {
            return Err(TokenRefused::Forged);
        }
        let meant_for_us = match &claims.aud {
            Some(Audience::One(audience)) => *audience == known.audience,
            Some(Audience::Several(audiences)) => audiences.contains(&known.audience),
            None => false,
        };
        if !meant_for_us {
            return Err(TokenRefused::WrongAudience);
        }
        let expires = claims.exp.ok_or(TokenRefused::Malformed("it never expires"))?;
        let caller = claims.sub.as_deref().and_then(Caller::of_subject);
        Ok(Proof {
            caller: caller.ok_or(TokenRefused::SubjectUnknown)?,
            not_before: claims.nbf.map_or(Ok(i64::MIN), seconds)?,
            expires: seconds(expires)?,
        })
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let issuers: Vec<&str> = self.issuers.iter().map(|known| known.issuer.as_str()).collect();
        f.debug_struct("Verifier").field("issuers", &issuers).finish_non_exhaustive()
    }
}

impl KnownKey {
    fn signed(&self, header: &TokenHeader, signed: &str, signature: &str) -> bool {
        let named = match (&header.kid, &self.id) {
            (Some(asked), Some(id)) => asked == id,
            (Some(_) | None, None) | (None, Some(_)) => true,
        };
        named
            && header.alg.parse() == Ok(self.algorithm)
            && jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &self.key, self.algorithm)
                .unwrap_or(false)
    }
}

impl Proof {
    fn at(self, now: i64) -> Result<Caller, TokenRefused> {
        if self.expires.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(TokenRefused::Expired { expired_at: instant(self.expires) });
        }
        if now.saturating_add(LEEWAY_SECONDS) < self.not_before {
            return Err(TokenRefused::NotYetValid { valid_from: instant(self.not_before) });
        }
        Ok(self.caller)
    }
}

/// The token in the `authorization` header.
///
/// # Errors
///
/// Says that there is none, or that it is not a bearer token.
pub fn bearer(headers: &HeaderMap) -> Result<&str, TokenRefused> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(TokenRefused::Missing)?;
    if values.next().is_some() {
        return Err(TokenRefused::Malformed("there are several"));
    }
    let text = value.to_str().map_err(|_| TokenRefused::Malformed("it is not plain text"))?;
    match text.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim_start()),
        Some(_) | None => Err(TokenRefused::Malformed("write `Bearer`, a space, and the token")),
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, TokenRefused> {
    let bytes = BASE64_URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| TokenRefused::Malformed("its parts are not base64url"))?;
    serde_json::from_slice(&bytes)
        .map_err(|_| TokenRefused::Malformed("its parts are not the JSON of a token"))
}

/// Whole seconds since 1970; a token may count in fractions.
fn seconds(claim: f64) -> Result<i64, TokenRefused> {
    SignedDuration::try_from_secs_f64(claim)
        .map(|duration| duration.as_secs())
        .map_err(|_| TokenRefused::Malformed("one of its times is out of range"))
}

fn instant(seconds: i64) -> Timestamp {
    let last = Timestamp::MAX.as_second();
    Timestamp::from_second(seconds.clamp(Timestamp::MIN.as_second(), last))
        .unwrap_or(Timestamp::MAX)
}

fn read_keys(path: &PathBuf) -> Result<Vec<KnownKey>, JwksError> {
    let text = fs::read(path).map_err(|source| JwksError::File { path: path.clone(), source })?;
    let set: JwkSet = serde_json::from_slice(&text)
        .map_err(|source| JwksError::Malformed { path: path.clone(), source })?;
    if set.keys.iter().any(|jwk| matches!(jwk.algorithm, AlgorithmParameters::OctetKey(_))) {
        return Err(JwksError::SharedSecret { path: path.clone() });
    }
    let keys: Vec<KnownKey> = set.keys.iter().filter_map(known_key).collect();
    if keys.is_empty() {
        return Err(JwksError::NoUsableKey { path: path.clone() });
    }
    Ok(keys)
}

/// A key of a set; `None` when signatures cannot be checked with it.
fn known_key(jwk: &Jwk) -> Option<KnownKey> {
    if matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption)) {
        return None;
    }
    let natural = natural_algorithm(&jwk.algorithm)?;
    let algorithm = match jwk.common.key_algorithm {
        Some(named) => Algorithm::try_from(named).ok()?,
        None => natural,
    };
    // RSA keys serve several algorithms; on a curve there is only the one.
    let rsa = matches!(jwk.algorithm, AlgorithmParameters::RSA(_));
    let fits = algorithm == natural || (rsa && algorithm.family() == natural.family());
    let key = DecodingKey::from_jwk(jwk).ok().filter(|_| fits)?;
    Some(KnownKey { id: jwk.common.key_id.clone(), algorithm, key })
}

fn natural_algorithm(parameters: &AlgorithmParameters) -> Option<Algorithm> {
    match parameters {
        AlgorithmParameters::RSA(_) => Some(Algorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            Some(Algorithm::ES256)
        }
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => {
            Some(Algorithm::ES384)
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            Some(Algorithm::EdDSA)
        }
        AlgorithmParameters::EllipticCurve(_)
        | AlgorithmParameters::OctetKeyPair(_)
        | AlgorithmParameters::OctetKey(_)
        | AlgorithmParameters::Other(_)
        | _ => None,
    }
}
