//! The built-in issuer of tokens, for development and for use on a single machine.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::Duration,
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, jwk::Jwk};
use serde::Serialize;
use uuid::Uuid;

use crate::Caller;

#[cfg(test)]
mod tests;

/// Who the built-in issuer says it is.
pub(crate) const ISSUER: &str = "weft";

/// Whom the tokens of the built-in issuer are for.
pub(crate) const AUDIENCE: &str = "weft";

/// The file that holds the private key, within the folder of data.
const KEY_FILE: &str = "issuer.pem";

/// How many characters of base64 stand on one line of a PEM file.
const PEM_LINE: usize = 64;

/// Issues tokens under a key pair that lives in the folder of data.
///
/// Whoever can read the key file can act as anybody. The file is only ever read once it is there,
/// so that tokens can be issued while a server runs on the same folder.
#[derive(Clone)]
pub struct Issuer {
    signing: EncodingKey,
    verifying: DecodingKey,
}

/// The key of the built-in issuer cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// The file cannot be read or made.
    #[error("the key of the built-in issuer, {path}, cannot be {attempt}")]
    File {
        /// The file.
        path: PathBuf,
        /// What was attempted: `read` or `made`.
        attempt: &'static str,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file is open to others than its owner.
    #[error(
        "the key of the built-in issuer, {path}, can be used by others than its owner: \
         see who had it, then `chmod 600` it, or remove it, which makes every token useless"
    )]
    OpenToOthers {
        /// The file.
        path: PathBuf,
    },
    /// The file holds something else.
    #[error("{path} holds no Ed25519 key in PEM form: restore it, or remove it to have a new one")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What was found.
        #[source]
        source: jsonwebtoken::errors::Error,
    },
    /// The system gave no randomness.
    #[error("no key could be made for the built-in issuer: the system gave no randomness")]
    NoRandomness,
}

/// The claims of a token that we issue.
#[derive(Serialize)]
struct Claims {
    iss: &'static str,
    aud: &'static str,
    sub: String,
    iat: i64,
    exp: i64,
    jti: String,
}

impl Issuer {
    /// Loads the key pair of `folder`, and makes one when there is none. Processes that do so at
    /// the same time agree on one.
    ///
    /// # Errors
    ///
    /// Says why the key cannot be read, made or used; the folder must exist.
    pub fn open(folder: &Path) -> Result<Issuer, IssuerError> {
        let path = folder.join(KEY_FILE);
        if !path.try_exists().map_err(|source| unreadable(&path, source))? {
            make(folder, &path)?;
        }
        let pem = fs::read(&path).map_err(|source| unreadable(&path, source))?;
        let mode =
            fs::metadata(&path).map_err(|source| unreadable(&path, source))?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(IssuerError::OpenToOthers { path });
        }
        Issuer::of(&pem).map_err(|source| IssuerError::Unusable { path, source })
    }

    /// Takes a private key in PEM form, and signs something with it to see that it can.
    fn of(pem: &[u8]) -> Result<Issuer, jsonwebtoken::errors::Error> {
        let signing = EncodingKey::from_ed_pem(pem)?;
        let verifying =
            DecodingKey::from_jwk(&Jwk::from_encoding_key(&signing, Algorithm::EdDSA)?)?;
        jsonwebtoken::crypto::sign(b"trial", &signing, Algorithm::EdDSA)?;
        Ok(Issuer { signing, verifying })
    }

    /// Issues a token that says who calls, from `now` on for `lifetime`, in whole seconds.
    ///
    /// `id` tells this token from all others.
    ///
    /// # Panics
    ///
    /// Never: the key signed when it was opened, and the claims are plain texts and numbers.
    pub fn issue(&self, caller: Caller, now: Timestamp, lifetime: Duration, id: Uuid) -> String {
        let claims = Claims {
            iss: ISSUER,
            aud: AUDIENCE,
            sub: caller.to_string(),
            iat: now.as_second(),
            exp: now.as_second().saturating_add_unsigned(lifetime.as_secs()),
            jti: id.to_string(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.signing)
            .expect("the key signed when it was opened, and such claims are always JSON")
    }

    /// The public key.
    pub(crate) fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }
}

impl std::fmt::Debug for Issuer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issuer").finish_non_exhaustive()
    }
}

/// Makes a key pair. The file appears whole under its name or not at all; whoever comes second
/// leaves the first one's in place.
fn make(folder: &Path, path: &Path) -> Result<(), IssuerError> {
    let failed = |source| IssuerError::File { path: path.to_owned(), attempt: "made", source };
    let pair = Ed25519KeyPair::generate().map_err(|_| IssuerError::NoRandomness)?;
    let private = pair.to_pkcs8v1().map_err(|_| IssuerError::NoRandomness)?;
    // Unique, because it is named after the new key.
    let name = uuid::Uuid::new_v5(&Uuid::NAMESPACE_OID, pair.public_key().as_ref());
    let draft = folder.join(format!(".issuer.{name}.new"));
    write_private(&draft, &pem(private.as_ref())).map_err(failed)?;
    let linked = match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => Ok(()),
    };
    fs::remove_file(&draft).and(linked).map_err(failed)?;
    fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn pem(der: &[u8]) -> String {
    let mut text = "-----BEGIN PRIVATE KEY-----\n".to_owned();
    let mut left = BASE64_STANDARD.encode(der);
    while !left.is_empty() {
        let rest = left.split_off(left.len().min(PEM_LINE));
        text.push_str(&left);
        text.push('\n');
        left = rest;
    }
    text.push_str("-----END PRIVATE KEY-----\n");
    text
}

fn unreadable(path: &Path, source: io::Error) -> IssuerError {
    IssuerError::File { path: path.to_owned(), attempt: "read", source }
}
