//! People log in by themselves: with passwords, mails and second factors.

mod authenticator;
mod configured;
mod passkeys;
mod passwords;
mod second_factors;
mod stories;

use crate::administration::Caller;
use crate::support::Vitrine;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use testkit::callers::{Answer, CallError, LoggedIn};

/// Passwords that nobody guesses.
pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const OTHER: &str = "seven purple elephants dancing";

const ROOT: &str = "root@portal.example";

/// Nia, who looks and administers nothing, with a password of hers.
pub(crate) const NIA: &str = "nia@portal.example";

/// What was sent to an address, the first mail first.
fn mails_to(vitrine: &Vitrine, address: &str) -> Result<Vec<String>, CallError> {
    let folder = vitrine.data.path().join("mail");
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // The clock of the test stands still, and names begin with what it says.
        files.push((entry.metadata()?.modified()?, entry.path()));
    }
    files.sort();
    let texts = files.iter().map(|(_, path)| fs::read_to_string(path)).collect::<Result<Vec<_>, _>>()?;
    Ok(texts.into_iter().filter(|text| text.contains(&format!("To: {address}\r\n"))).collect())
}

/// Waits until so many mails to an address are there, which are sent after the answer; the last one.
async fn mail_to(vitrine: &Vitrine, address: &str, wanted: usize) -> Result<String, CallError> {
    for _ in 0..2_000 {
        let mut mails = mails_to(vitrine, address)?;
        if mails.len() >= wanted {
            assert_eq!(mails.len(), wanted, "{mails:?}");
            return mails.pop().ok_or_else(|| "no mail".into());
        }
        tokio::task::yield_now().await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    Err(format!("no mail number {wanted} to {address}").into())
}

/// The code in the link of a mail, which leads to that page.
fn code_in(vitrine: &Vitrine, mail: &str, page: &str) -> Result<String, CallError> {
    let beginning = format!("{}/{page}#", vitrine.base);
    let line = mail.lines().find_map(|line| line.strip_prefix(&beginning));
    Ok(line.ok_or_else(|| format!("no link to {page}: {mail}"))?.to_owned())
}

async fn log_in(vitrine: &Vitrine, body: Value) -> Result<Answer, CallError> {
    vitrine.stranger().post_from_own_page("/api/v1/login", &body).await
}

async fn by_password(vitrine: &Vitrine, email: &str, password: &str) -> Result<Answer, CallError> {
    log_in(vitrine, json!({"email": email, "password": password})).await
}

/// Invites somebody, who chooses a password; the page on which they are in then.
async fn invited(vitrine: &Vitrine, root: &Caller, email: &str, account_type: &str) -> Result<LoggedIn, CallError> {
    let new = json!({"subject": email, "kind": "internal", "account_type": account_type, "invite": true});
    let made = root.post("/api/v1/members", new).await?;
    assert_eq!((made.status, &made.json()["mailed"]), (StatusCode::CREATED, &json!(true)), "{}", made.text());
    let code = code_in(vitrine, &mail_to(vitrine, email, 1).await?, "invitation")?;
    let entered = log_in(vitrine, json!({"code": code, "new_password": PASSWORD})).await?;
    assert_eq!(entered.status, StatusCode::CREATED, "{}", entered.text());
    LoggedIn::of(vitrine.stranger(), &entered)
}

async fn asked(who: &LoggedIn, method: Method, path: &str, body: Value) -> Result<Answer, CallError> {
    let request = who.request(method.clone(), path);
    let request = if method == Method::GET { request } else { request.json(&body) };
    who.stranger.send(request).await
}

async fn got(who: &LoggedIn, path: &str) -> Result<Answer, CallError> {
    asked(who, Method::GET, path, Value::Null).await
}

/// Why people were not let in, the last one first.
async fn causes(vitrine: &Vitrine) -> Result<Vec<String>, CallError> {
    let refused = vitrine.audit().await?.into_iter().filter(|found| found.event.event == "refused");
    Ok(refused.flat_map(|found| found.event.reasons).collect())
}
