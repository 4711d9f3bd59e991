//! The program as a process of its own.

use crate::support::Outcome;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use testkit::callers::{CallError, HostApp, Stranger};
use testkit::world;

/// A server that ends with this.
pub(crate) struct Serving {
    child: Child,
    pub(crate) base: String,
}

impl Serving {
    /// Starts what serves on a free port, and says so in its first line.
    pub(crate) fn start(command: &mut Command) -> Result<Self, CallError> {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let base = line.split_whitespace().find(|word| word.starts_with("http://")).ok_or("no address")?.to_owned();
        Ok(Self { child, base })
    }

    pub(crate) fn stranger(&self) -> Stranger {
        Stranger::at(&self.base)
    }

    /// A host of the small world.
    pub(crate) fn host(&self, client_id: &str) -> HostApp {
        let (secret, origin) = (world::secret(client_id).to_owned(), format!("https://{client_id}.example"));
        HostApp { stranger: self.stranger(), client_id: client_id.to_owned(), secret, origin }
    }

    /// Takes away the bound of how large its files may grow.
    pub(crate) fn give_room(&self) -> Outcome {
        let given =
            Command::new("prlimit").args(["--fsize=unlimited", "--pid", &self.child.id().to_string()]).status()?;
        if given.success() { Ok(()) } else { Err("prlimit failed".into()) }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
