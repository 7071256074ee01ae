//! TLS by certificate files, and a proxy that is trusted.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    sync::Arc,
};

use calmline_core::{Role, policy::Profile};
use calmline_server::{Server, StartError, TlsFiles};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::json;

use crate::house::{House, Outcome, PASSWORD};

/// A self-signed certificate for `localhost`, made for this test alone; it is valid until 2126.
fn files() -> TlsFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/api/tls");
    TlsFiles { certificates: folder.join("certificate.pem"), key: folder.join("key.pem") }
}

fn get_over_tls(addr: SocketAddr) -> anyhow::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(files().certificates)?)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut connection = ClientConnection::new(Arc::new(config), ServerName::try_from("localhost")?)?;
    let mut socket = TcpStream::connect(addr)?;
    let mut tls = rustls::Stream::new(&mut connection, &mut socket);
    tls.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    tls.read_to_string(&mut answer)?;
    Ok(answer)
}

#[tokio::test]
async fn with_certificate_files_the_server_speaks_tls_and_nothing_else() -> Outcome {
    let house = House::open_with(Profile::Strict, |config| config.tls = Some(files())).await?;
    let addr = house.server.addr;
    assert!(house.server.url().starts_with("https://"));
    let answer = tokio::task::spawn_blocking(move || get_over_tls(addr)).await??;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("strict-transport-security"), "{answer}");
    assert!(house.nobody().get("/healthz").await.is_err(), "plain HTTP was answered");
    house.close().await
}

#[tokio::test]
async fn a_wrong_certificate_or_a_taken_port_is_said_before_anything_listens() -> Outcome {
    let house = House::open(Profile::Strict).await?;
    let start = async |listen: SocketAddr, tls: Option<TlsFiles>| {
        let mut config = calmline_server::Config::new(listen, house.data());
        config.tls = tls;
        Server::start(config, Arc::clone(&house.live))
            .await
            .map(|_| ())
            .map_err(|error| (error.to_string(), error))
    };
    let swapped = TlsFiles { certificates: files().key, key: files().certificates };
    let Err((text, StartError::Tls { .. })) = start("127.0.0.1:0".parse()?, Some(swapped)).await else {
        anyhow::bail!("a key was taken for a certificate");
    };
    assert!(text.contains("key.pem") && text.contains("certificate chain"), "{text}");
    let taken = start(house.server.addr, None).await;
    assert!(matches!(taken, Err((text, StartError::Listen { .. })) if text.contains("--listen")));
    house.close().await
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_cookie_is_secure_and_the_origin_is_the_proxys() -> Outcome {
    let trusted = |config: &mut calmline_server::Config| config.trusted_proxies = vec![[127, 0, 0, 1].into()];
    let house = House::open_with(Profile::Strict, trusted).await?;
    house.account("wang.fang", Role::Supervisor, None).await?;
    let login = json!({"login": "wang.fang", "password": PASSWORD});
    let browser = house
        .nobody()
        .with("X-Forwarded-For", "203.0.113.9")
        .with("X-Forwarded-Proto", "https")
        .with("X-Forwarded-Host", "calm.example.com")
        .with("Origin", "https://calm.example.com");
    let answer = browser.post("/v1/session", &login).await?;
    let cookie = answer.header("set-cookie").unwrap_or_default();
    assert!(cookie.starts_with("__Host-calmline=") && cookie.ends_with("; Secure"), "{cookie}");
    assert!(answer.header("strict-transport-security").is_some());
    let signed = browser.with("Cookie", cookie.split(';').next().unwrap_or_default());
    assert_eq!(signed.get("/v1/session").await?.status, 200);
    // Guesses from one address do not slow down another one behind the same proxy.
    for _ in 0..6 {
        browser.post("/v1/session", &json!({"login": "wang.fang", "password": "not the password"})).await?;
    }
    assert_eq!(browser.post("/v1/session", &login).await?.status, 429);
    let elsewhere = browser.with("X-Forwarded-For", "198.51.100.7");
    assert_eq!(elsewhere.post("/v1/session", &login).await?.status, 200);
    house.close().await
}
