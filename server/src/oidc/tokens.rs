//! Looking at what a provider signed: ID tokens (OpenID Connect Core section 3.1.3.7) and logout tokens (OpenID Connect Back-Channel
//! Logout section 2.6).

use super::claims::ClaimSet;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use kalends_app::account::SignInProblem;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, JsonWebKey, JsonWebKeyAlgorithm, JsonWebKeyUse,
    JwsSigningAlgorithm, Nonce, ProviderMetadataWithLogout, SignatureVerificationError,
};
use serde::Deserialize;
use serde_json::Value;

/// What a provider says of itself, with its keys.
pub type Metadata = ProviderMetadataWithLogout;

/// How far apart clocks may be.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// How old a logout token may be, and how long it is remembered.
pub const LOGOUT_TOKEN_LIFE: TimeDelta = TimeDelta::minutes(5);
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Longest token, in octets.
const MAX_TOKEN: usize = 64 * 1024;

/// Those whose key only the provider has. Neither `none` nor those with a shared key.
pub const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Why a token is not taken.
#[derive(Debug)]
pub struct Untaken {
    pub problem: SignInProblem,
    /// Whether the provider may have another key by now, which would make it good.
    pub is_of_unknown_key: bool,
    /// For the log.
    pub why: String,
}

impl Untaken {
    fn new(problem: SignInProblem, why: impl ToString) -> Self {
        Untaken { problem, is_of_unknown_key: false, why: why.to_string() }
    }
}

impl From<ClaimsVerificationError> for Untaken {
    fn from(error: ClaimsVerificationError) -> Self {
        use ClaimsVerificationError as Claims;
        use SignatureVerificationError as Signature;
        let problem = match &error {
            Claims::Expired(_) => SignInProblem::Expired,
            Claims::InvalidAudience(_) => SignInProblem::Audience,
            Claims::InvalidIssuer(_) => SignInProblem::Issuer,
            Claims::InvalidNonce(_) => SignInProblem::Nonce,
            Claims::SignatureVerification(
                Signature::NoSignature | Signature::DisallowedAlg(_) | Signature::UnsupportedAlg(_),
            ) => SignInProblem::Algorithm,
            Claims::SignatureVerification(_) => SignInProblem::Signature,
            _ => SignInProblem::Answer,
        };
        let is_of_unknown_key = matches!(&error, Claims::SignatureVerification(Signature::NoMatchingKey));
        let why = match &error {
            Claims::SignatureVerification(why) => format!("{error}: {why}"),
            _ => error.to_string(),
        };
        Untaken { problem, is_of_unknown_key, why }
    }
}

/// The claims of an ID token that is good, for `client` and of the sign-in that had `nonce`.
///
/// # Errors
/// Which of the checks it does not pass.
pub fn id_token(
    metadata: &Metadata,
    client: &ClientId,
    token: &CoreIdToken,
    nonce: &str,
    access_token: &AccessToken,
) -> Result<ClaimSet, Untaken> {
    // That of a public client: a secret that both know proves nothing about who signed.
    let verifier =
        CoreIdTokenVerifier::new_public_client(client.clone(), metadata.issuer().clone(), metadata.jwks().clone())
            .set_allowed_algs(ALGORITHMS)
            .set_time_fn(|| Utc::now() - LEEWAY)
            .set_issue_time_verifier_fn(|issued| match issued > Utc::now() + LEEWAY {
                true => Err("it is of a time to come".to_owned()),
                false => Ok(()),
            });
    let nonce = Nonce::new(nonce.to_owned());
    let claims = token.claims(&verifier, &nonce)?;
    // The library looks at the audience alone.
    if claims.authorized_party().is_some_and(|party| party != client) {
        return Err(Untaken::new(SignInProblem::Audience, "it was issued to another client (azp)"));
    }
    if let Some(expected) = claims.access_token_hash() {
        let unsigned = |error: SignatureVerificationError| ClaimsVerificationError::SignatureVerification(error);
        let algorithm = token.signing_alg().map_err(unsigned)?;
        let key = token.signing_key(&verifier).map_err(unsigned)?;
        let found = AccessTokenHash::from_token(access_token, algorithm, key)
            .map_err(|error| Untaken::new(SignInProblem::Answer, error))?;
        if found != *expected {
            return Err(Untaken::new(
                SignInProblem::Signature,
                "the access token is not the one that the ID token is for",
            ));
        }
    }
    payload(&token.to_string()).ok_or_else(|| Untaken::new(SignInProblem::Answer, "the claims cannot be read"))
}

fn payload(token: &str) -> Option<ClaimSet> {
    let octets = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    serde_json::from_slice(&octets).ok()
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    typ: Option<String>,
}

/// Whose sessions end, by a logout token.
#[derive(Debug, PartialEq, Eq)]
pub struct LoggedOut {
    pub subject: Option<String>,
    pub session: Option<String>,
    /// Names the token.
    pub id: String,
}

/// Whose sessions a logout token ends that is good.
///
/// # Errors
/// Which of the checks it does not pass.
pub fn logout_token(metadata: &Metadata, client: &ClientId, token: &str) -> Result<LoggedOut, Untaken> {
    let unreadable = || Untaken::new(SignInProblem::Answer, "it is no logout token");
    if token.len() > MAX_TOKEN {
        return Err(unreadable());
    }
    let (signed, signature) = token.rsplit_once('.').ok_or_else(unreadable)?;
    let (header, _) = signed.split_once('.').ok_or_else(unreadable)?;
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| unreadable())?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| unreadable())?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| unreadable())?;
    if header
        .typ
        .as_ref()
        .is_some_and(|typ| !matches!(typ.to_lowercase().as_str(), "jwt" | "logout+jwt" | "application/logout+jwt"))
    {
        return Err(unreadable());
    }
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Untaken::new(SignInProblem::Algorithm, "its algorithm proves nothing"));
    }
    let mut keys = metadata.jwks().keys().iter().filter(|key| fits(key, &header)).peekable();
    if keys.peek().is_none() {
        return Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey).into());
    }
    if !keys.any(|key| key.verify_signature(&header.alg, signed.as_bytes(), &signature).is_ok()) {
        return Err(Untaken::new(SignInProblem::Signature, "the provider did not sign it"));
    }
    let claims = payload(token).ok_or_else(unreadable)?;
    check_logout(&claims, metadata.issuer().as_str(), client, Utc::now())
}

/// As for ID tokens: a key that is for signatures, of the kind and for the algorithm, and the one that is named if one is.
fn fits(key: &CoreJsonWebKey, header: &Header) -> bool {
    header.kid.as_deref().is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid))
        && key.key_use().is_none_or(JsonWebKeyUse::allows_signature)
        && header.alg.key_type().as_ref() == Some(key.key_type())
        && match key.signing_alg() {
            JsonWebKeyAlgorithm::Algorithm(only) => *only == header.alg,
            JsonWebKeyAlgorithm::Unspecified => true,
            JsonWebKeyAlgorithm::Unsupported => false,
        }
}

fn check_logout(claims: &ClaimSet, issuer: &str, client: &ClientId, now: DateTime<Utc>) -> Result<LoggedOut, Untaken> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let time =
        |name: &str| claims.get(name).and_then(Value::as_f64).and_then(|at| DateTime::from_timestamp(at as i64, 0));
    if text("iss").as_deref() != Some(issuer) {
        return Err(Untaken::new(SignInProblem::Issuer, "it is of another issuer"));
    }
    let is_for_us = match claims.get("aud") {
        Some(Value::String(one)) => one == client.as_str(),
        Some(Value::Array(all)) => all.iter().any(|one| one.as_str() == Some(client.as_str())),
        _ => false,
    };
    if !is_for_us {
        return Err(Untaken::new(SignInProblem::Audience, "it is for another client"));
    }
    let issued =
        time("iat").ok_or_else(|| Untaken::new(SignInProblem::Expired, "it does not say when it was issued"))?;
    let is_current = issued <= now + LEEWAY && issued > now - LOGOUT_TOKEN_LIFE;
    if !is_current || claims.contains_key("exp") && time("exp").is_none_or(|end| end <= now - LEEWAY) {
        return Err(Untaken::new(SignInProblem::Expired, "it is too old, or of a time to come"));
    }
    let is_logout = claims.get("events").and_then(|events| events.get(LOGOUT_EVENT)).is_some_and(Value::is_object);
    if !is_logout || claims.contains_key("nonce") {
        return Err(Untaken::new(SignInProblem::Answer, "it is a token for something else"));
    }
    let (subject, session) = (text("sub"), text("sid"));
    match text("jti") {
        Some(id) if subject.is_some() || session.is_some() => Ok(LoggedOut { subject, session, id }),
        _ => Err(Untaken::new(SignInProblem::Answer, "it does not say whose session, or has no name")),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn a_logout_token_is_looked_at_whole() {
        let now = DateTime::from_timestamp(1_795_262_400, 0).unwrap();
        let good = json!({
            "iss": "https://id.example.org", "aud": ["other", "kalends"], "iat": now.timestamp(), "exp": now.timestamp() + 60,
            "jti": "1", "sub": "7", "sid": "s", "events": { LOGOUT_EVENT: {} },
        });
        let check = |claims: &Value| {
            let client = ClientId::new("kalends".into());
            check_logout(claims.as_object().unwrap(), "https://id.example.org", &client, now)
        };
        let both = LoggedOut { subject: Some("7".into()), session: Some("s".into()), id: "1".into() };
        assert_eq!(check(&good).unwrap(), both);
        for (name, value, problem) in [
            ("iss", json!("https://evil.example"), SignInProblem::Issuer),
            ("aud", json!("other"), SignInProblem::Audience),
            ("aud", json!(null), SignInProblem::Audience),
            ("iat", json!(now.timestamp() - 301), SignInProblem::Expired),
            ("iat", json!(now.timestamp() + 61), SignInProblem::Expired),
            ("iat", json!("now"), SignInProblem::Expired),
            ("exp", json!(now.timestamp() - 61), SignInProblem::Expired),
            ("exp", json!("never"), SignInProblem::Expired),
            ("events", json!({}), SignInProblem::Answer),
            ("events", json!({ LOGOUT_EVENT: true }), SignInProblem::Answer),
            ("nonce", json!("n"), SignInProblem::Answer),
            ("jti", json!(null), SignInProblem::Answer),
        ] {
            let mut claims = good.clone();
            claims[name] = value;
            assert_eq!(check(&claims).unwrap_err().problem, problem, "{claims}");
        }
        let mut nobody = good;
        nobody.as_object_mut().unwrap().retain(|name, _| name != "sub" && name != "sid");
        assert_eq!(check(&nobody).unwrap_err().problem, SignInProblem::Answer);
    }
}
