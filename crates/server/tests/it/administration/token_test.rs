//! What a token is worth, for whoever administers keys: nobody is let in, nothing is used up.

use crate::looker;
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use testkit::sign::{forgeries, hmac_base64, plain, with_kid};
use testkit::world;

const PATH: &str = "/api/v1/tokens/test";

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

fn pasted(token: &str) -> Value {
    json!({ "token": token })
}

/// A token of Sigma's for a buyer.
fn sigma(id: &str) -> Value {
    json!({
        "sub": "bea@acme.example", "jti": id, "iat": NOW, "exp": NOW + 600, "tenant": "acme", "teams": ["Buyers"],
        "account_type": "View", "user_attributes": {"company": "acme"}, "odd": 1
    })
}

#[tokio::test]
async fn a_token_of_each_dialect_is_told_apart_and_lets_nobody_in() -> Outcome {
    let folder = looker::folder()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let root = vitrine.root().await?;
    let signed = with_kid("sigma", &sigma("once"), world::secret("sigma"));
    let address = looker::address(&vitrine, looker::DASHBOARD, &looker::said("n", "acme"));
    let looker = format!("{}{address}", vitrine.base);
    let session = json!({"subject": "bea", "tenant": "acme", "teams": ["Buyers"], "attributes": {"company": "acme"}});
    let bearer = json!({
        "iss": "portal", "aud": "vitrine", "jti": "b", "iat": NOW, "exp": NOW + 300, "session": session
    });
    let bearer = plain(&bearer, world::secret("portal"));
    for (dialect, key, token, subject) in [
        ("sigma", "sigma", signed.clone(), "bea@acme.example"),
        (
            "sigma",
            "sigma",
            format!("{}/acme/workbook/Orders-7f55QbPFuCnK2n0P2tSuBl?:jwt={signed}&:embed=true", vitrine.base),
            "bea@acme.example",
        ),
        ("looker", "looker", looker.clone(), "bea of acme"),
        ("vitrine", "portal", bearer, "bea"),
    ] {
        for _ in 0..2 {
            let tested = root.post(PATH, pasted(&token)).await?;
            assert_eq!(tested.status, StatusCode::OK, "{dialect}: {}", tested.text());
            let tested = tested.json();
            assert_eq!((&tested["accepted"], &tested["refusal"]), (&json!(true), &json!(null)), "{dialect}: {tested}");
            assert_eq!((&tested["dialect"], &tested["key"]), (&json!(dialect), &json!(key)), "{tested}");
            let person = &tested["person"];
            let told = (&person["subject"], &person["tenant"], &person["teams"]);
            assert_eq!(told, (&json!(subject), &json!("acme"), &json!(["Buyers"])), "{dialect}: {tested}");
            let company = json!({"name": "company", "value": "acme", "in_token": true});
            assert!(person["attributes"].as_array().is_some_and(|all| all.contains(&company)), "{dialect}: {tested}");
            assert!(
                person["opens"].as_array().is_some_and(|all| all.contains(&json!("orders"))),
                "{dialect}: {tested}"
            );
        }
    }
    let tested = root.post(PATH, pasted(&signed)).await?.json();
    assert_eq!((&tested["unknown"], &tested["counts_once"]), (&json!(["odd"]), &json!("once")));
    assert_eq!(tested["times"], json!([{"name": "iat", "seconds": 0}, {"name": "exp", "seconds": 600}]));
    let tested = root.post(PATH, pasted(&looker)).await?.json();
    assert_eq!(
        (&tested["hash"], &tested["person"]["shows_target"]),
        (&json!("HMAC-SHA-256"), &json!(true)),
        "{tested}"
    );
    assert_eq!(tested["to_sign"][0], json!({"name": "host", "text": vitrine.base.trim_start_matches("http://")}));
    // It was looked at eight times, and still lets somebody in once.
    assert_eq!(looker::log_in(&vitrine, &address).await?.status, StatusCode::FOUND);
    let again = root.post(PATH, pasted(&looker)).await?.json();
    assert_eq!(again["refusal"], "somebody has come with it before, and it counts once");
    let events = vitrine.audit().await?;
    let tried: Vec<_> = events.iter().filter(|it| it.event.event == "token_tested").collect();
    assert_eq!(tried.len(), 11);
    let kept = format!("{tried:?}");
    assert!(!kept.contains("bea@") && !kept.contains("bea of"), "what is pasted is kept nowhere");
    Ok(())
}

#[tokio::test]
async fn a_guests_token_is_told_with_what_it_opens() -> Outcome {
    let folder = copy_of(&world::folder())?;
    let (keys, workbook) = (folder.path().join("embed_keys.yaml"), folder.path().join("workbooks/orders.yaml"));
    let key = "  - client_id: compatible
    issuer: portal
    dialect: metabase
    mode: compatible
    secrets: [{secret_file: secrets/compatible}]
    ceiling: {content: [{workspace: shop}]}
";
    fs::write(&keys, fs::read_to_string(&keys)? + key)?;
    edit(&folder.path().join("vitrine.yaml"), "name:", "guest_embeds: true\nname:")?;
    let published = "publications: [{to: {guests_of: compatible}, data: [shop.orders, shop.customers, shop.secrets]}]";
    edit(&workbook, "known_as: {", &format!("{published}\nknown_as: {{metabase: [1], "))?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let root = vitrine.root().await?;
    let guest = |resource: Value| {
        let claims = json!({"resource": resource, "params": {}, "exp": NOW + 300, "odd": 1});
        plain(&claims, world::secret("compatible"))
    };
    let tested = root.post(PATH, pasted(&guest(json!({"dashboard": 1})))).await?.json();
    assert_eq!((&tested["accepted"], &tested["dialect"]), (&json!(true), &json!("metabase")), "{tested}");
    assert_eq!((&tested["key"], &tested["unknown"]), (&json!("compatible"), &json!(["odd"])), "{tested}");
    let person = &tested["person"];
    let told = (&person["who"], &person["subject"], &person["opens"]);
    assert_eq!(told, (&json!("guest"), &json!(null), &json!(["orders"])), "{tested}");
    let absent = root.post(PATH, pasted(&guest(json!({"dashboard": 7})))).await?.json();
    assert_eq!((&absent["accepted"], &absent["person"]), (&json!(false), &json!(null)), "{absent}");
    Ok(())
}

#[tokio::test]
async fn what_is_wrong_is_named_and_what_nobody_signed_is_not_read() -> Outcome {
    let folder = looker::folder()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let root = vitrine.root().await?;
    let refused = async |token: &str| -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let tested = root.post(PATH, pasted(token)).await?.json();
        assert_eq!((&tested["accepted"], &tested["person"]), (&json!(false), &json!(null)), "{token}: {tested}");
        Ok(tested)
    };
    let good = with_kid("sigma", &sigma("x"), world::secret("sigma"));
    // Blanks around what is pasted mean nothing.
    for (what, forged) in forgeries(&good).into_iter().filter(|(_, forged)| forged.trim() != good) {
        let tested = refused(&forged).await?;
        assert_eq!((&tested["verified"], &tested["claims"]), (&json!(false), &json!([])), "{what}");
    }
    let mut late = sigma("x");
    (late["iat"], late["exp"]) = (json!(NOW - 700), json!(NOW - 100));
    let tested = refused(&with_kid("sigma", &late, world::secret("sigma"))).await?;
    assert_eq!(tested["verified"], json!(true));
    assert_eq!(tested["times"], json!([{"name": "iat", "seconds": -700}, {"name": "exp", "seconds": -100}]));
    let tested = refused(&with_kid("nobody", &sigma("x"), world::secret("sigma"))).await?;
    let told = tested["refusal"].as_str().unwrap_or_default();
    assert!(told.contains("there is no enabled key `nobody`"), "{tested}");
    let mut teams = sigma("x");
    teams["teams"] = json!(["Nobodies"]);
    let tested = refused(&with_kid("sigma", &teams, world::secret("sigma"))).await?;
    assert!(tested["refusal"].as_str().unwrap_or_default().contains("`teams`: `Nobodies`"), "{tested}");
    assert!(!tested["claims"].as_array().is_none_or(Vec::is_empty), "what its key signed is shown");

    let address = looker::address(&vitrine, looker::DASHBOARD, &looker::said("n", "acme"));
    let (path, search) = address.split_once('?').ok_or("no search")?;
    let parsed = dialect::looker::SignedUrl::parse(path, search)?;
    let text = parsed.string_to_sign(&format!("https://{}", vitrine.base.trim_start_matches("http://")));
    let signature: String =
        url::form_urlencoded::byte_serialize(hmac_base64(&text, world::secret("looker")).as_bytes()).collect();
    let (unsigned, _) = address.split_once("&signature=").ok_or("no signature")?;
    let tested = refused(&format!("{}{unsigned}&signature={signature}", vitrine.base)).await?;
    assert!(tested["refusal"].as_str().unwrap_or_default().contains("'signature' param failed"), "{tested}");
    assert!(tested["mistake"].as_str().unwrap_or_default().contains("expected the host alone"), "{tested}");
    let elsewhere = refused(&format!("https://elsewhere.example{address}")).await?;
    let told = elsewhere["refusal"].as_str().unwrap_or_default();
    assert!(told.contains("Invalid host: elsewhere.example"), "{elsewhere}");
    let secret = world::secret("looker");
    assert!(!tested.to_string().contains(secret) && !elsewhere.to_string().contains(secret));
    Ok(())
}

#[tokio::test]
async fn whoever_does_not_administer_keys_and_people_learns_nothing() -> Outcome {
    let folder = looker::folder()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let desk = vitrine.logged_in("desk@portal.example").await?;
    let tina = vitrine.logged_in("tina@acme.example").await?;
    let good = with_kid("sigma", &sigma("x"), world::secret("sigma"));
    let nobody = with_kid("nobody", &sigma("x"), world::secret("sigma"));
    // Who manages people alone, and who administers a tenant: each reads one answer, whatever is pasted.
    for (caller, status) in [(&desk, StatusCode::FORBIDDEN), (&tina, StatusCode::NOT_FOUND)] {
        let mut answers = Vec::new();
        for token in [&good, &nobody, &"x".to_owned()] {
            let answer = caller.post(PATH, pasted(token)).await?;
            assert_eq!(answer.status, status, "{}", answer.text());
            answers.push(answer.detail());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
    }
    let root = vitrine.root().await?;
    for odd in [
        json!({}),
        json!({"token": 1}),
        json!({"token": good, "dialect": "nothing"}),
        json!({"token": good, "more": 1}),
    ] {
        assert_eq!(root.post(PATH, odd.clone()).await?.status, StatusCode::BAD_REQUEST, "{odd}");
    }
    Ok(())
}

/// Tokens of Tableau's have scopes, and refusals a number, a word and the skew of the clock.
#[tokio::test]
async fn a_token_of_tableaus_is_told_with_what_its_clients_do_not_tell() -> Outcome {
    let folder = copy_of(&world::folder())?;
    let keys = folder.path().join("embed_keys.yaml");
    let key = "  - client_id: connected
    issuer: portal
    dialect: tableau
    secrets: [{secret_file: secrets/compatible}]
    ceiling: {attributes: {company: any}, content: [{workspace: shop}]}
";
    fs::write(&keys, fs::read_to_string(&keys)? + key)?;
    let tam = "members:\n  - {issuer: portal, subject: tam, kind: embed, account_type: View, teams: [Buyers]}\n";
    edit(&folder.path().join("members.yaml"), "members:\n", tam)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let root = vitrine.root().await?;
    let secret = world::secret("compatible");
    let kid = server::token::secret_id(&vitrine.data.path().join("secrets/compatible"))?;
    let signed = |subject: &str, ends: i64, kid: &str| {
        let claims = json!({
            "iss": "connected", "aud": "tableau", "sub": subject, "jti": "t", "exp": NOW + ends,
            "scp": ["tableau:views:embed"], "company": "acme",
        });
        testkit::sign::token(&json!({"alg": "HS256", "typ": "JWT", "kid": kid, "iss": "connected"}), &claims, secret)
    };
    let told = root.post(PATH, pasted(&signed("tam", 300, &kid))).await?.json();
    let head = (&told["accepted"], &told["dialect"], &told["key"], &told["scopes"]);
    assert_eq!(head, (&json!(true), &json!("tableau"), &json!("connected"), &json!(["tableau:views:embed"])), "{told}");
    assert_eq!(told["times"], json!([{"name": "exp", "seconds": 300}]), "{told}");
    let company = json!({"name": "company", "value": "acme", "in_token": true});
    assert!(told["person"]["attributes"].as_array().is_some_and(|all| all.contains(&company)), "{told}");
    for (token, code, reason, skew) in [
        (signed("tam", -120, &kid), json!(10084), json!("token_expired"), json!(-120)),
        (signed("tam", 900, &kid), json!(16), json!("token_lives_too_long"), json!(300)),
        (signed("tam", 300, "another"), json!(127), json!("unknown_secret"), json!(null)),
    ] {
        let told = root.post(PATH, json!({"token": token, "dialect": "tableau"})).await?.json();
        let refused = (&told["code"], &told["reason"], &told["clock_skew_seconds"], &told["claims"]);
        assert_eq!(refused, (&code, &reason, &skew, &json!([])), "{told}");
    }
    let nobody = root.post(PATH, pasted(&signed("wilma", 300, &kid))).await?.json();
    assert_eq!((&nobody["accepted"], &nobody["person"]), (&json!(false), &json!(null)), "{nobody}");
    Ok(())
}

/// A connected app that is made by the API is told its secret and the id of that, once; one that trusts somebody has neither.
#[tokio::test]
async fn a_connected_app_is_told_its_secret_and_the_id_of_it() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let app = |client_id: &str, member: &str, value: Value| {
        let mut key = json!({"client_id": client_id, "issuer": "portal", "dialect": "tableau"});
        key[member] = value;
        key
    };
    let made = root.post("/api/v1/embed-keys", app("made", "secrets", json!(["stored"]))).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let told = made.json();
    let text = |member: &str| told[member].as_str().unwrap_or_default().to_owned();
    let claims = json!({
        "iss": "made", "aud": "tableau", "sub": "hand@acme.example", "jti": "t", "exp": NOW + 300,
        "scp": ["tableau:views:embed"],
    });
    let token = |kid: &str| {
        testkit::sign::token(
            &json!({"alg": "HS256", "typ": "JWT", "kid": kid, "iss": "made"}),
            &claims,
            &text("secret"),
        )
    };
    let read = root.post(PATH, pasted(&token(&text("secret_id")))).await?.json();
    assert_eq!((&read["verified"], &read["key"]), (&json!(true), &json!("made")), "{read}");
    let other = root.post(PATH, pasted(&token("another"))).await?.json();
    assert_eq!((&other["verified"], &other["reason"]), (&json!(false), &json!("unknown_secret")), "{other}");
    let shown = root.get(&made.header("location")).await?.json();
    assert_eq!((shown.get("secret"), shown.get("secret_id")), (None, None), "once");

    let trust = json!({"authorization_server": {"issuer": "https://login.example"}});
    let trusting = root.post("/api/v1/embed-keys", app("trusting", "trust", trust.clone())).await?;
    assert_eq!(trusting.status, StatusCode::CREATED, "{}", trusting.text());
    assert_eq!(trusting.json().get("secret"), None);
    let again = root.post("/api/v1/embed-keys", app("again", "trust", trust)).await?;
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "{}", again.text());
    assert!(again.text().contains("`trust`: another key of Tableau's dialect"), "{}", again.text());
    let trust = json!({"authorization_server": {"issuer": "https://other.example"}});
    let mut both = app("both", "trust", trust);
    both["secrets"] = json!(["stored"]);
    let both = root.post("/api/v1/embed-keys", both).await?;
    assert_eq!(both.status, StatusCode::BAD_REQUEST, "{}", both.text());
    assert!(both.text().contains("expected none"), "{}", both.text());
    Ok(())
}
