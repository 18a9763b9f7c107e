//! A push service for tests (RFC 8030): it keeps what comes, and opens it as the browser would whose keys it has (RFC 8291).

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::SystemRandom;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// A browser. Its key opens one message: `ring` uses a private key once.
pub struct PushBrowser {
    private: EphemeralPrivateKey,
    public: Vec<u8>,
    secret: [u8; 16],
}

/// What came to the service.
#[derive(Clone, Debug)]
pub struct Pushed {
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

#[derive(Clone)]
pub struct PushService {
    pub address: SocketAddr,
    pushed: Arc<Mutex<Vec<Pushed>>>,
    status: Arc<Mutex<u16>>,
}

impl PushService {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let service = PushService {
            address: listener.local_addr().unwrap(),
            pushed: Arc::default(),
            status: Arc::new(Mutex::new(201)),
        };
        let (pushed, status) = (service.pushed.clone(), service.status.clone());
        let app = Router::new().fallback(move |headers: HeaderMap, body: Bytes| {
            pushed.lock().unwrap().push(Pushed { headers, body: body.to_vec() });
            let status = StatusCode::from_u16(*status.lock().unwrap()).unwrap();
            async move { status }
        });
        tokio::spawn(async move { axum::serve(listener, app).await });
        service
    }

    /// Answers with this from now on.
    pub fn answer(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    /// What came so far.
    pub fn pushed(&self) -> Vec<Pushed> {
        self.pushed.lock().unwrap().clone()
    }
}

/// How much HKDF is asked for.
struct Octets(usize);

impl KeyType for Octets {
    fn len(&self) -> usize {
        self.0
    }
}

impl PushBrowser {
    #[expect(clippy::new_without_default, reason = "each is another one")]
    pub fn new() -> Self {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let public = private.compute_public_key().unwrap().as_ref().to_vec();
        PushBrowser { private, public, secret: *b"sixteen octets!!" }
    }

    /// What its page says to the server, as `PushSubscription.toJSON()` has it.
    pub fn subscription(&self, service: &PushService, path: &str) -> Value {
        json!({
            "endpoint": format!("http://{}{path}", service.address),
            "expirationTime": null,
            "keys": { "p256dh": URL_SAFE_NO_PAD.encode(&self.public), "auth": URL_SAFE_NO_PAD.encode(self.secret) },
        })
    }

    /// Opens a message.
    pub fn open(self, body: &[u8]) -> Vec<u8> {
        let (salt, rest) = body.split_at(16);
        let (record, rest) = rest.split_at(4);
        assert!(u32::from_be_bytes(record.try_into().unwrap()) as usize >= body.len());
        let (sender, sealed) = rest[1..].split_at(usize::from(rest[0]));
        let other = UnparsedPublicKey::new(&ECDH_P256, sender);
        let info = [b"WebPush: info\0".as_slice(), &self.public, sender];
        let derive = |salt: &[u8], secret: &[u8], info: &[&[u8]], length: usize| {
            let mut octets = vec![0; length];
            let extracted = Salt::new(HKDF_SHA256, salt).extract(secret);
            extracted.expand(info, Octets(length)).unwrap().fill(&mut octets).unwrap();
            octets
        };
        let both = agree_ephemeral(self.private, &other, |shared| derive(&self.secret, shared, &info, 32)).unwrap();
        let key = derive(salt, &both, &[b"Content-Encoding: aes128gcm\0"], 16);
        let nonce = derive(salt, &both, &[b"Content-Encoding: nonce\0"], 12);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let mut sealed = sealed.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(&nonce).unwrap();
        let opened = key.open_in_place(nonce, Aad::empty(), &mut sealed).unwrap();
        let end = opened.iter().rposition(|octet| *octet == 2).unwrap();
        assert!(opened[end + 1..].iter().all(|octet| *octet == 0));
        opened[..end].to_vec()
    }
}
