//! The contract of sites, accounts, sessions and keys.

use std::sync::Arc;

use calmline_core::{
    Body, Position, Role, SiteId, SubjectId, catalog::Lang, event::PayloadKind, policy::Profile,
};

use super::{Outcome, at, site};
use crate::{KeyKind, NewAccount, NewKey, NewSite, Store, StoreError};

fn new_account(login: &str) -> Result<NewAccount, calmline_core::IdError> {
    Ok(NewAccount {
        site: SiteId::new("s")?,
        login: login.into(),
        roles: vec![Role::Admin, Role::WorksCouncil],
        agent: None,
        language: Lang::Zh,
        password_hash: "$argon2id$…".into(),
        created: at(0),
    })
}

pub(super) async fn sites_open_once(store: Arc<dyn Store>) -> Outcome {
    let new = NewSite { admin: Some(new_account("root")?), ..site("s")? };
    let admin = store.create_site(new.clone()).await?;
    assert!(admin.is_some());
    let again = store.create_site(new.clone()).await;
    assert!(matches!(again, Err(StoreError::Exists { .. })), "{again:?}");
    assert_eq!(store.sites().await?, std::slice::from_ref(&new.site));
    assert_eq!(store.site(&new.site.id).await?, Some(new.site));
    assert_eq!(store.accounts(&SiteId::new("s")?).await?.len(), 1);
    let opened = store.read(None, Position(0), 10).await?;
    assert_eq!(opened.len(), 1);
    assert!(matches!(&opened[0].body, Body::SiteOpened { profile: Profile::Cn, .. }));
    Ok(())
}

pub(super) async fn accounts_and_sessions(store: Arc<dyn Store>) -> Outcome {
    let s = SiteId::new("s")?;
    let missing = store.add_account(new_account("early")?).await;
    assert!(matches!(missing, Err(StoreError::Missing { .. })), "{missing:?}");
    store.create_site(site("s")?).await?;
    let id = store.add_account(new_account("anna")?).await?;
    let taken = store.add_account(new_account("anna")?).await;
    assert!(matches!(taken, Err(StoreError::Exists { .. })), "{taken:?}");

    let mut anna = store.account_by_login(&s, "anna").await?.ok_or("no account")?;
    assert_eq!(store.account(&id).await?.as_ref(), Some(&anna));
    assert_eq!((anna.roles.as_slice(), anna.language), (&[Role::Admin, Role::WorksCouncil][..], Lang::Zh));
    assert_eq!(store.account_by_login(&s, "Anna").await?, None);

    let (token, old) = ([1; 32], [2; 32]);
    store.begin_session(&token, &id, at(100)).await?;
    store.begin_session(&old, &id, at(50)).await?;
    assert_eq!(store.session(&token, at(99)).await?.as_ref(), Some(&anna));
    assert_eq!(store.session(&token, at(100)).await?, None, "an expired session was taken");
    assert_eq!(store.session(&[3; 32], at(0)).await?, None);
    assert_eq!(store.sweep_sessions(at(50)).await?, 1);

    anna.language = Lang::En;
    store.change_account(&anna).await?;
    assert!(store.session(&token, at(0)).await?.is_some(), "a change of language ended the session");
    anna.password_hash = "other".into();
    store.change_account(&anna).await?;
    assert_eq!(store.session(&token, at(0)).await?, None, "a change of password left the session");
    store.begin_session(&token, &id, at(100)).await?;
    anna.disabled = true;
    store.change_account(&anna).await?;
    assert_eq!(store.session(&token, at(0)).await?, None);
    anna.disabled = false;
    store.change_account(&anna).await?;
    store.begin_session(&token, &id, at(100)).await?;
    store.end_session(&token).await?;
    assert_eq!(store.session(&token, at(0)).await?, None);

    // An import is taken whole or not at all.
    let taken = store.import_accounts(&[new_account("bert")?, new_account("anna")?], &[]).await;
    assert!(matches!(taken, Err(StoreError::Exists { .. })), "{taken:?}");
    assert_eq!(store.account_by_login(&s, "bert").await?, None, "half of an import was taken");
    anna.roles = vec![Role::Coach];
    let bert = store.import_accounts(&[new_account("bert")?], std::slice::from_ref(&anna)).await?;
    assert_eq!(store.account(&id).await?.as_ref(), Some(&anna));
    assert!(store.remove_account(bert.first().ok_or("no account")?).await?);

    // An agent's account goes with the agent's identity.
    let agent = store.pseudonym(&s, "outside").await?;
    let of_agent = NewAccount { agent: Some(agent.clone()), ..new_account("outside")? };
    let of_agent = store.add_account(of_agent).await?;
    store.begin_session(&[4; 32], &of_agent, at(100)).await?;
    let subject = SubjectId::of_agent(&agent);
    assert_eq!(store.erase(&s, &subject, &[PayloadKind::SelfReport], at(1)).await?.accounts, 0);
    assert_eq!(store.erase(&s, &subject, &[PayloadKind::Identity], at(2)).await?.accounts, 1);
    assert_eq!(store.session(&[4; 32], at(0)).await?, None);

    assert!(store.remove_account(&id).await?);
    assert!(!store.remove_account(&id).await?);
    assert!(matches!(store.change_account(&anna).await, Err(StoreError::Missing { .. })));
    assert!(store.accounts(&s).await?.is_empty());
    Ok(())
}

pub(super) async fn integration_keys(store: Arc<dyn Store>) -> Outcome {
    store.create_site(site("s")?).await?;
    let s = SiteId::new("s")?;
    let new = NewKey {
        site: s.clone(),
        kind: KeyKind::Audiohook,
        api_key_sha256: [7; 32],
        client_secret: Some(b"client secret".to_vec()),
        created: at(0),
    };
    let id = store.add_key(new.clone()).await?;
    assert!(matches!(store.add_key(new.clone()).await, Err(StoreError::Exists { .. })));
    let plain =
        NewKey { api_key_sha256: [8; 32], client_secret: None, kind: KeyKind::Events, created: at(1), ..new };
    let plain = store.add_key(plain).await?;

    let key = store.key_by_hash(&[7; 32]).await?.ok_or("no key")?;
    assert_eq!((&key.id, &key.site, key.kind, key.signed), (&id, &s, KeyKind::Audiohook, true));
    assert_eq!(store.key_by_hash(&[9; 32]).await?, None);
    assert_eq!(store.client_secret(&id).await?.as_deref(), Some(&b"client secret"[..]));
    assert_eq!(store.client_secret(&plain).await?, None);

    assert!(!store.revoke_key(&SiteId::new("t")?, &id, at(5)).await?, "another site revoked a key");
    assert!(store.revoke_key(&s, &id, at(5)).await?);
    assert!(!store.revoke_key(&s, &id, at(6)).await?);
    assert_eq!(store.key_by_hash(&[7; 32]).await?, None);
    assert_eq!(store.client_secret(&id).await?, None);
    let keys = store.keys(&s).await?;
    let seen = keys.iter().map(|key| (&key.id, key.revoked)).collect::<Vec<_>>();
    assert_eq!(seen, [(&id, Some(at(5))), (&plain, None)]);
    Ok(())
}
