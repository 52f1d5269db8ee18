//! Tokens that prove something, and every kind that does not.

use std::{
    path::Path,
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use base64::prelude::BASE64_STANDARD;
use http::HeaderValue;
use jsonwebtoken::{EncodingKey, Header};
use kernel::PersonId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;

const ANNA: PersonId = PersonId::new(Uuid::from_u128(0xa));
const NOW: i64 = 1_000_000_000;
const HOUR: Duration = Duration::from_hours(1);

#[derive(Debug)]
struct Hands(AtomicI64);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

struct Setting {
    folder: tempfile::TempDir,
    issuer: Issuer,
    clock: Arc<Hands>,
    verifier: Verifier,
}

fn setting() -> Setting {
    let folder = tempfile::tempdir().unwrap();
    let issuer = Issuer::open(folder.path()).unwrap();
    let clock = Arc::new(Hands(AtomicI64::new(NOW)));
    let verifier = Verifier::new(Arc::clone(&clock) as Arc<dyn Clock>, &issuer);
    Setting { folder, issuer, clock, verifier }
}

fn now() -> Timestamp {
    Timestamp::from_second(NOW).unwrap()
}

fn claims() -> Value {
    json!({"iss": "weft", "aud": "weft", "sub": format!("person:{ANNA}"), "exp": NOW + 60})
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn private_key(folder: &Path) -> EncodingKey {
    EncodingKey::from_ed_pem(&fs::read(folder.join("issuer.pem")).unwrap()).unwrap()
}

/// Signs any claims with the key in `folder`.
fn signed(folder: &Path, claims: &Value) -> String {
    jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, &private_key(folder)).unwrap()
}

fn encoded(part: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(part.to_string())
}

fn reason(result: Result<Caller, TokenRefused>) -> &'static str {
    result.unwrap_err().reason()
}

#[test]
fn a_token_of_the_built_in_issuer_says_who_calls() {
    let Setting { issuer, verifier, .. } = setting();
    for caller in [Caller::Operator, Caller::Person(ANNA)] {
        let token = issuer.issue(caller, now(), HOUR, Uuid::nil());
        assert_eq!(verifier.verify(&token), Ok(caller));
        // The second time it is remembered.
        assert_eq!(verifier.verify(&token), Ok(caller));
    }
}

#[test]
fn a_token_expires_also_when_it_is_remembered() {
    let Setting { issuer, verifier, clock, .. } = setting();
    let token = issuer.issue(Caller::Operator, now(), HOUR, Uuid::nil());
    let last = NOW + 3_600 + LEEWAY_SECONDS - 1;
    clock.0.store(last, Ordering::Relaxed);
    assert_eq!(verifier.verify(&token), Ok(Caller::Operator));
    clock.0.store(last + 1, Ordering::Relaxed);
    assert_eq!(reason(verifier.verify(&token)), "TOKEN_EXPIRED");
    let fresh = Verifier::new(clock, &issuer);
    assert_eq!(reason(fresh.verify(&token)), "TOKEN_EXPIRED");
}

#[test]
fn claims_that_do_not_fit_are_refused_each_for_its_reason() {
    let Setting { folder, verifier, .. } = setting();
    let mut endless = claims();
    endless.as_object_mut().unwrap().remove("exp");
    let cases = [
        (with("nbf", json!(NOW + LEEWAY_SECONDS + 1)), "TOKEN_NOT_YET_VALID"),
        (with("exp", json!(NOW - LEEWAY_SECONDS)), "TOKEN_EXPIRED"),
        (with("exp", json!(-1e300)), "TOKEN_MALFORMED"),
        (with("exp", json!("soon")), "TOKEN_MALFORMED"),
        (endless, "TOKEN_MALFORMED"),
        (with("aud", json!("another")), "TOKEN_WRONG_AUDIENCE"),
        (with("aud", json!(["another", "third"])), "TOKEN_WRONG_AUDIENCE"),
        (with("aud", Value::Null), "TOKEN_WRONG_AUDIENCE"),
        (with("iss", json!("another")), "TOKEN_ISSUER_UNKNOWN"),
        (with("iss", Value::Null), "TOKEN_ISSUER_UNKNOWN"),
        (with("sub", json!("system")), "TOKEN_SUBJECT_UNKNOWN"),
        (with("sub", json!("person:anna")), "TOKEN_SUBJECT_UNKNOWN"),
        (with("sub", Value::Null), "TOKEN_SUBJECT_UNKNOWN"),
    ];
    for (claims, expected) in cases {
        let result = verifier.verify(&signed(folder.path(), &claims));
        assert_eq!(reason(result), expected, "{claims}");
    }
    let fitting = [
        claims(),
        with("aud", json!(["another", "weft"])),
        with("nbf", json!(NOW + LEEWAY_SECONDS)),
        with("exp", json!(60.5 + 1e9)),
    ];
    for claims in fitting {
        let result = verifier.verify(&signed(folder.path(), &claims));
        assert_eq!(result, Ok(Caller::Person(ANNA)), "{claims}");
    }
}

#[test]
fn what_is_not_a_token_is_called_malformed() {
    let Setting { issuer, verifier, .. } = setting();
    let good = issuer.issue(Caller::Operator, now(), HOUR, Uuid::nil());
    let long = format!("{good}{}", "A".repeat(TOKEN_BYTES_MAX));
    let critical = format!(
        "{}.{}.AA",
        encoded(&json!({"alg": "EdDSA", "crit": ["b64"], "b64": false})),
        encoded(&claims())
    );
    for token in
        ["", "garbage", "..", "a.b", "a.b.c", "ä.ö.ü", &format!("{good}.x"), &long, &critical]
    {
        assert_eq!(reason(verifier.verify(token)), "TOKEN_MALFORMED", "{token:.40}");
    }
}

#[test]
fn a_token_signed_with_another_key_is_forged() {
    let Setting { verifier, .. } = setting();
    let other = setting();
    let token = other.issuer.issue(Caller::Operator, now(), HOUR, Uuid::nil());
    assert_eq!(reason(verifier.verify(&token)), "TOKEN_FORGED");
}

#[test]
fn a_token_that_was_altered_is_forged() {
    let Setting { issuer, verifier, .. } = setting();
    let token = issuer.issue(Caller::Person(ANNA), now(), HOUR, Uuid::nil());
    assert!(verifier.verify(&token).is_ok());
    let mut parts: Vec<&str> = token.split('.').collect();
    let claims = encoded(&with("sub", json!("operator")));
    parts[1] = &claims;
    assert_eq!(reason(verifier.verify(&parts.join("."))), "TOKEN_FORGED");
    let unsigned = token.rsplit_once('.').unwrap().0;
    assert_eq!(reason(verifier.verify(&format!("{unsigned}."))), "TOKEN_FORGED");
}

#[test]
fn a_token_without_a_signature_is_forged_whatever_it_calls_itself() {
    let Setting { verifier, .. } = setting();
    for alg in ["none", "None", "NONE", "", "HS256", "RS256", "EdDSA"] {
        let token = format!("{}.{}.", encoded(&json!({"alg": alg})), encoded(&claims()));
        assert_eq!(reason(verifier.verify(&token)), "TOKEN_FORGED", "{alg}");
    }
}

#[test]
fn the_public_key_is_no_shared_secret() {
    let Setting { folder, issuer, verifier, .. } = setting();
    let raw = issuer.verifying().try_get_as_bytes().unwrap().to_vec();
    // As SubjectPublicKeyInfo, the form in which public keys are usually published.
    let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    der.extend_from_slice(&raw);
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        BASE64_STANDARD.encode(&der)
    );
    for secret in [raw.as_slice(), der.as_slice(), pem.as_bytes()] {
        let key = EncodingKey::from_secret(secret);
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(), &key).unwrap();
        assert_eq!(reason(verifier.verify(&token)), "TOKEN_FORGED");
    }
    assert!(verifier.verify(&signed(folder.path(), &claims())).is_ok());
}

#[test]
fn the_header_must_carry_one_bearer_token() {
    let Setting { issuer, verifier, .. } = setting();
    let token = issuer.issue(Caller::Operator, now(), HOUR, Uuid::nil());
    let header = |text: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(text).unwrap());
        headers
    };
    assert_eq!(reason(verifier.authenticate(&HeaderMap::new())), "TOKEN_MISSING");
    for text in [token.as_str(), "Bearer", "Basic YTpi", ""] {
        assert_eq!(reason(verifier.authenticate(&header(text))), "TOKEN_MALFORMED", "{text:.20}");
    }
    let mut twice = header(&format!("Bearer {token}"));
    twice.append(header::AUTHORIZATION, HeaderValue::from_static("Bearer x"));
    assert_eq!(reason(verifier.authenticate(&twice)), "TOKEN_MALFORMED");
    for scheme in ["Bearer", "bearer", "BEARER "] {
        let headers = header(&format!("{scheme} {token}"));
        assert_eq!(verifier.authenticate(&headers), Ok(Caller::Operator));
    }
}

#[test]
fn a_refusal_never_repeats_the_token() {
    let Setting { verifier, .. } = setting();
    let refused = verifier.verify("very.secret.token").unwrap_err();
    assert!(!format!("{refused} {refused:?} {verifier:?}").contains("secret"));
}

/// Writes a key set that holds the public key of `issuer`.
fn key_set(folder: &Path, issuer: &Issuer, kid: &str, alg: Option<&str>) -> TrustedIssuer {
    let raw = issuer.verifying().try_get_as_bytes().unwrap();
    let mut jwk = json!({
        "kty": "OKP", "crv": "Ed25519", "x": BASE64_URL_SAFE_NO_PAD.encode(raw), "kid": kid,
    });
    if let Some(alg) = alg {
        jwk["alg"] = json!(alg);
    }
    let jwks_path = folder.join("keys.json");
    fs::write(&jwks_path, json!({"keys": [jwk]}).to_string()).unwrap();
    TrustedIssuer { issuer: "https://id.example".into(), audience: "ours".into(), jwks_path }
}

fn outside_claims() -> Value {
    json!({"iss": "https://id.example", "aud": "ours", "sub": "operator", "exp": NOW + 60})
}

#[test]
fn a_trusted_issuer_counts_with_its_own_key_and_audience() {
    let Setting { verifier, folder, .. } = setting();
    let outside = setting();
    let trusted = key_set(outside.folder.path(), &outside.issuer, "first", None);
    let verifier = verifier.trusting(&trusted).unwrap();
    let sign = |kid: Option<&str>, claims: &Value| {
        let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, claims, &private_key(outside.folder.path())).unwrap()
    };
    assert_eq!(verifier.verify(&sign(Some("first"), &outside_claims())), Ok(Caller::Operator));
    assert_eq!(verifier.verify(&sign(None, &outside_claims())), Ok(Caller::Operator));
    assert_eq!(reason(verifier.verify(&sign(Some("other"), &outside_claims()))), "TOKEN_FORGED");
    // Each issuer speaks under its own name, to its own audience, with its own key.
    assert_eq!(reason(verifier.verify(&sign(None, &claims()))), "TOKEN_FORGED");
    assert_eq!(reason(verifier.verify(&signed(folder.path(), &outside_claims()))), "TOKEN_FORGED");
    let mut elsewhere = outside_claims();
    elsewhere["aud"] = json!("weft");
    assert_eq!(reason(verifier.verify(&sign(None, &elsewhere))), "TOKEN_WRONG_AUDIENCE");
    assert!(verifier.verify(&signed(folder.path(), &claims())).is_ok());
}

#[test]
fn key_sets_that_cannot_be_trusted_are_refused() {
    let Setting { verifier, folder, issuer, .. } = setting();
    let trusted = key_set(folder.path(), &issuer, "first", Some("ES256"));
    let error = verifier.clone().trusting(&trusted).unwrap_err();
    assert!(matches!(error, JwksError::NoUsableKey { .. }), "{error}");

    let secret = json!({"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}]});
    fs::write(&trusted.jwks_path, secret.to_string()).unwrap();
    let error = verifier.clone().trusting(&trusted).unwrap_err();
    assert!(matches!(error, JwksError::SharedSecret { .. }), "{error}");

    fs::write(&trusted.jwks_path, "[]").unwrap();
    let error = verifier.clone().trusting(&trusted).unwrap_err();
    assert!(matches!(error, JwksError::Malformed { .. }), "{error}");

    fs::remove_file(&trusted.jwks_path).unwrap();
    let error = verifier.clone().trusting(&trusted).unwrap_err();
    assert!(matches!(error, JwksError::File { .. }), "{error}");

    let built_in = TrustedIssuer { issuer: "weft".into(), ..trusted };
    let error = verifier.trusting(&built_in).unwrap_err();
    assert!(matches!(error, JwksError::AlreadyTrusted { .. }), "{error}");
}
