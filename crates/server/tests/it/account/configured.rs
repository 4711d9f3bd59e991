//! How mail is sent, as configured.

use super::{NIA, invited};
use crate::support::{Outcome, Vitrine};
use reqwest::StatusCode;
use serde_json::json;
use server::config::{Config, MailTls};
use std::path::Path;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

/// A server for mail that takes one: what was said to it.
async fn taking_one(listener: TcpListener) -> std::io::Result<String> {
    let (mut stream, _) = listener.accept().await?;
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read).lines();
    let (mut said, mut in_mail) = (String::new(), false);
    write.write_all(b"220 mail.example\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        said.push_str(&line);
        said.push('\n');
        let answer = match (in_mail, line.as_str()) {
            (true, ".") => {
                in_mail = false;
                "250 taken"
            }
            (true, _) => continue,
            (false, "DATA") => {
                in_mail = true;
                "354 go on"
            }
            (false, "QUIT") => break,
            _ => "250 fine",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
        if answer == "250 taken" {
            break;
        }
    }
    Ok(said)
}

#[tokio::test]
async fn mail_goes_to_the_server_that_is_configured() -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let port = listener.local_addr()?.port();
    let vitrine = Vitrine::world().await?;
    let vitrine = vitrine
        .reconfigured(|config| {
            config.mail.from = "Portal <vitrine@portal.example>".to_owned();
            config.mail.smtp_host = Some("127.0.0.1".to_owned());
            config.mail.smtp_port = Some(port);
            config.mail.smtp_tls = MailTls::None;
        })
        .await?;
    let taken = tokio::spawn(taking_one(listener));
    let root = vitrine.root().await?;
    let new = json!({"subject": NIA, "kind": "internal", "account_type": "Analyze", "invite": true});
    let made = root.post("/api/v1/members", new).await?;
    assert_eq!((made.status, &made.json()["mailed"]), (StatusCode::CREATED, &json!(true)), "{}", made.text());
    let said = taken.await??;
    for wanted in [
        "MAIL FROM:<vitrine@portal.example>",
        "RCPT TO:<nia@portal.example>",
        "Subject: You are invited to Portal",
        made.json()["link"].as_str().unwrap_or("no link"),
    ] {
        assert!(said.contains(wanted), "{wanted} in {said}");
    }
    let unsent = root.post(&format!("{}/invitation", made.header("location")), json!({})).await?;
    assert_eq!(
        (unsent.status, &unsent.json()["mailed"]),
        (StatusCode::CREATED, &json!(false)),
        "nobody listens any more"
    );
    assert!(unsent.json()["link"].as_str().is_some_and(|link| link.contains("/invitation#vl_")), "{}", unsent.text());
    Ok(())
}

#[tokio::test]
async fn mail_is_in_a_folder_unless_there_is_a_server_for_it() -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    invited(&vitrine, &root, NIA, "Analyze").await?;
    let files: Vec<_> = std::fs::read_dir(vitrine.data.path().join("mail"))?.collect::<Result<_, _>>()?;
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].metadata()?.permissions().mode() & 0o777, 0o600, "its owner's alone");
    Ok(())
}

#[test]
fn mail_that_could_not_be_sent_is_refused_before_the_server_listens() -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("vitrine.toml");
    let loaded = |text: &str| -> Result<Config, Box<dyn std::error::Error + Send + Sync>> {
        std::fs::write(&file, text)?;
        Ok(Config::load(Some(Path::new(&file)), &Default::default())?)
    };
    for (text, told) in [
        ("[mail]\nfrom = \"nobody\"\n", "`mail.from`"),
        ("[mail]\nsmtp_host = \"mail.example\"\nsmtp_tls = \"none\"\n", "`mail.smtp_tls`"),
        ("[mail]\nsmtp_port = 25\n", "`mail.smtp_host`"),
        ("[mail]\nsmtp_host = \"mail.example\"\nsmtp_user = \"vitrine\"\n", "`smtp_password_file`"),
        ("[mail]\nsmtp_tls = \"maybe\"\n", "maybe"),
        ("[mail]\nserver = \"mail.example\"\n", "server"),
    ] {
        let refused = loaded(text).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains(told), "{text}: {refused}");
    }
    let fine = loaded("[mail]\nsmtp_host = \"mail.example\"\nsmtp_tls = \"starttls\"\n")?;
    assert_eq!(fine.mail.port(), 587);
    assert_eq!(loaded("")?.mail.smtp_host, None);
    Ok(())
}
