//! Mail: links for people to log in with. Into a folder, unless a server for mail is configured.

use crate::config::{Config, Mail, MailTls};
use chrono::{DateTime, Utc};
use lettre::message::header::{ContentTransferEncoding, ContentType};
use lettre::message::{Body, Mailbox};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::time::Duration;
use store::Secret;

/// Why a mail was not sent. Says nothing of what was in it, or to whom it was.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// An address is none.
    #[error("an address is not valid: {0}")]
    Address(#[from] lettre::address::AddressError),
    /// The mail cannot be written.
    #[error("the mail cannot be written: {0}")]
    Message(#[from] lettre::error::Error),
    /// The server for mail does not take it.
    #[error("the server for mail does not take it: {0}")]
    Smtp(#[from] lettre::transport::smtp::Error),
    /// The folder cannot be written to.
    #[error("the folder `mail` cannot be written to: {0}")]
    Folder(#[from] std::io::Error),
    /// No name for a file.
    #[error(transparent)]
    Store(#[from] store::StoreError),
}

/// Longest that a server for mail takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where mail goes.
pub struct Mailer {
    from: String,
    way: Way,
}

enum Way {
    Folder(PathBuf),
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// What is sent to somebody.
pub(crate) struct Letter {
    /// Their address.
    pub(crate) to: String,
    /// In a line.
    pub(crate) subject: String,
    /// In lines, as plain text.
    pub(crate) text: String,
}

impl Mailer {
    /// As configured; `password` is that of the server for mail.
    ///
    /// # Errors
    /// The server's name is not valid.
    pub fn of(config: &Config, password: Option<&Secret>) -> Result<Self, MailError> {
        let mail = &config.mail;
        let way = match &mail.smtp_host {
            None => Way::Folder(config.data_dir.join("mail")),
            Some(host) => Way::Smtp(smtp(mail, host, password)?),
        };
        Ok(Self { from: mail.from.clone(), way })
    }

    /// Into the folder `mail` of a data folder.
    #[must_use]
    pub fn into_folder(config: &Config) -> Self {
        Self { from: config.mail.from.clone(), way: Way::Folder(config.data_dir.join("mail")) }
    }

    pub(crate) async fn send(&self, letter: Letter, now: DateTime<Utc>) -> Result<(), MailError> {
        let message = Message::builder()
            .from(self.from.parse()?)
            .to(Mailbox::new(None, letter.to.parse()?))
            .subject(letter.subject)
            .date(now.into())
            .header(ContentType::TEXT_PLAIN)
            .body(body(letter.text))?;
        match &self.way {
            Way::Smtp(server) => server.send(message).await.map(drop)?,
            Way::Folder(folder) => {
                fs::create_dir_all(folder)?;
                let name = format!("{}-{}.eml", now.timestamp_micros(), store::new_name_ending()?);
                let mut options = fs::OpenOptions::new();
                let file = options.write(true).create_new(true).mode(0o600).open(folder.join(name));
                file?.write_all(&message.formatted())?;
            }
        }
        Ok(())
    }
}

/// Links stay whole lines, so that whoever finds a mail in the folder can open them: other encodings fold lines of 76 characters.
fn body(text: String) -> Body {
    let fits = text.is_ascii() && text.lines().all(|line| line.len() <= LONGEST_LINE);
    if !fits {
        return Body::new(text);
    }
    Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
}

/// Of any mail (RFC 5322, section 2.1.1).
const LONGEST_LINE: usize = 998;

fn smtp(mail: &Mail, host: &str, password: Option<&Secret>) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
    let parameters = || TlsParameters::new_rustls(host.to_owned());
    let tls = match mail.smtp_tls {
        MailTls::Tls => Tls::Wrapper(parameters()?),
        MailTls::Starttls => Tls::Required(parameters()?),
        MailTls::None => Tls::None,
    };
    let server = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host);
    let server = server.port(mail.port()).tls(tls).timeout(Some(PATIENCE));
    let credentials = mail.smtp_user.clone().zip(password.map(|password| password.expose().to_owned()));
    Ok(credentials.into_iter().fold(server, |server, pair| server.credentials(Credentials::from(pair))).build())
}

/// With a link, what it is for and how long it counts.
pub(crate) struct Linked<'a> {
    /// Of the organization.
    pub(crate) organization: &'a str,
    /// The address of a page.
    pub(crate) link: &'a str,
}

impl Linked<'_> {
    /// To whoever is invited.
    pub(crate) fn invitation(&self, to: &str) -> Letter {
        let Self { organization, link } = self;
        Letter {
            to: to.to_owned(),
            subject: format!("You are invited to {organization}"),
            text: format!(
                "You are invited to {organization}.\n\nChoose a password here, within seven days:\n\n{link}\n\nThe link counts \
                 once. Whoever has it gets in as you: do not pass it on.\n"
            ),
        }
    }

    /// To whoever has forgotten their password, or says so.
    pub(crate) fn reset(&self, to: &str) -> Letter {
        let Self { organization, link } = self;
        Letter {
            to: to.to_owned(),
            subject: format!("A new password for {organization}"),
            text: format!(
                "Somebody has asked for a new password for your account at {organization}.\n\nIf that was you, choose one here, \
                 within half an hour:\n\n{link}\n\nThe link counts once. If it was not you, there is nothing to do: your password \
                 is as it was.\n"
            ),
        }
    }

    /// To whoever's password or second factor was changed.
    pub(crate) fn changed(&self, to: &str, what: &str) -> Letter {
        let Self { organization, link } = self;
        Letter {
            to: to.to_owned(),
            subject: format!("Your {what} for {organization} was changed"),
            text: format!(
                "Your {what} for {organization} was changed just now.\n\nIf that was not you, choose a new password at once:\n\n\
                 {link}\n"
            ),
        }
    }
}
