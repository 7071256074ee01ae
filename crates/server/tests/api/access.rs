//! Who may call which route: the whole matrix, and a walk over it.

use calmline_core::{Role, policy::Profile};
use calmline_server::{
    access::{self, Access, methods},
    routes,
};

use crate::house::{House, Outcome};

fn row(access: Access) -> String {
    match access {
        Access::Public => "anybody".into(),
        Access::Key(kind) => format!("key {}", kind.as_str()),
        Access::Signed(kind) => format!("signed with a key {}", kind.as_str()),
        Access::Any(_) | Access::KeyOr(..) => {
            let mut who: Vec<_> = Role::ALL
                .into_iter()
                .filter(|&role| access.allows(role))
                .map(|role| role.as_str().to_owned())
                .collect();
            if let Access::KeyOr(kind, _) = access {
                who.push(format!("key {}", kind.as_str()));
            }
            who.join(" ")
        }
    }
}

#[test]
fn the_whole_matrix() {
    let table = access::table(&routes::all());
    let lines: Vec<_> = table
        .into_iter()
        .map(|((path, method), access)| format!("{method:6} {path}: {}", row(access)))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_document_is_what_reviewers_saw() {
    insta::assert_json_snapshot!(routes::document());
}

/// Something of the right form in each place of a path.
fn filled(path: &str) -> String {
    path.replace("{notice}", "recording").replace("{purpose}", "voice_affect").replace("{id}", "none")
}

#[tokio::test]
async fn every_route_of_the_document_answers_every_role_as_the_matrix_says() -> Outcome {
    let table = access::table(&routes::all());
    let places = methods(&routes::document().paths);
    assert_eq!(places.len(), table.len());
    for role in Role::ALL {
        // A server each, and one for nobody: an address may ask one only for so much at once.
        let house = House::open(Profile::Cn).await?;
        let account = house.account(role.as_str(), role, None).await?;
        for (path, method) in &places {
            // A session each: signing out is one of the routes.
            let client = house.signed_in(&account).await?;
            let body: Option<&[u8]> = (method != "GET").then_some(b"{}");
            let (status, ..) = client.head(method, &filled(path), body).await?;
            let access = table[&(path.clone(), method.clone())];
            let what = format!("{method} {path} as {}: {status}", role.as_str());
            match access {
                Access::Key(_) | Access::Signed(_) => assert_eq!(status, 401, "{what}"),
                Access::Public => assert_ne!(status, 401, "{what}"),
                _ if access.allows(role) => {
                    assert!(status != 401 && status != 403 && status != 429, "{what}");
                }
                _ => assert_eq!(status, 403, "{what}"),
            }
        }
        house.close().await?;
    }
    // A server for every hundred: an address may ask one only for so much at once.
    for some in places.iter().collect::<Vec<_>>().chunks(100) {
        let house = House::open(Profile::Cn).await?;
        for (path, method) in some.iter().copied() {
            let body: Option<&[u8]> = (method != "GET").then_some(b"{}");
            let (status, ..) = house.nobody().head(method, &filled(path), body).await?;
            if table[&(path.clone(), method.clone())] == Access::Public {
                assert!(status != 401 && status != 403, "{method} {path} without a session: {status}");
            } else {
                assert_eq!(status, 401, "{method} {path} without a session");
            }
        }
        house.close().await?;
    }
    Ok(())
}
