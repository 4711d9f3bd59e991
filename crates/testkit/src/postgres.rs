//! A PostgreSQL server of one's own: new and empty, on a socket in a temporary folder, gone when the test process is. Over
//! the network it wants passwords, and has a certificate for `localhost`. Its texts are in the order of a language, which answers
//! must not show. Tests that need no more than an empty database share a server: see [`shared`].

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Makes and starts the server, stops and starts it again as its input says, waits until nobody holds the other end of that,
/// and leaves nothing behind.
const SERVER: &str = r#"
folder=$1
listen=$2
initdb --pgdata="$folder/data" --username=postgres --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 \
    --locale=C.UTF-8 --locale-provider=icu --icu-locale=en --no-sync >"$folder/log" 2>&1 || exit 1
chmod 600 "$folder/server.key"
start() {
    postgres -D "$folder/data" -k "$folder" -c listen_addresses="${listen:+127.0.0.1}" -c port="${listen:-5432}" \
        -c ssl=on -c ssl_cert_file="$folder/server.pem" -c ssl_key_file="$folder/server.key" -c fsync=off \
        -c full_page_writes=off -c jit=off -c max_connections=400 -c shared_buffers=32MB >>"$folder/log" 2>&1 &
    server=$!
}
start
while read -r order; do
    case $order in
        stop) kill -INT $server; wait $server; touch "$folder/stopped" ;;
        start) rm -f "$folder/stopped"; start ;;
    esac
done
kill -INT $server
wait $server
rm -rf "$folder"
"#;

/// How long the server may take to come up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server. It stops when this is dropped, and also if the process ends in any other way.
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    child: Child,
}

impl Postgres {
    /// Starts one that is reached by its socket alone.
    pub fn start() -> io::Result<Self> {
        Self::start_on(None)
    }

    /// Starts one that also listens on a free port of 127.0.0.1.
    pub fn listening() -> io::Result<Self> {
        let free = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        Self::start_on(Some(free))
    }

    fn start_on(listen: Option<u16>) -> io::Result<Self> {
        // The path of a socket is short. The server removes the folder when it ends.
        let folder = tempfile::Builder::new().prefix("vitrine-pg-").tempdir_in("/tmp")?.keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755))?;
        write_certificate(&folder)?;
        let mut command = as_somebody(&[folder.clone(), folder.join("server.key")])?;
        command.args(["sh", "-c", SERVER, "sh"]).arg(&folder);
        command.arg(listen.map(|port| port.to_string()).unwrap_or_default()).env("PATH", path()?);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Self { folder, port: listen.unwrap_or(5432), child };
        server.wait()?;
        Ok(server)
    }

    /// Stops the server as its operator would, whoever is connected. It may start again.
    pub fn stop(&mut self) -> io::Result<()> {
        self.order("stop")?;
        let begun = Instant::now();
        while !self.folder.join("stopped").exists() {
            if begun.elapsed() > PATIENCE {
                return Err(io::Error::other("PostgreSQL did not stop"));
            }
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Starts it again, with the data that it had.
    pub fn start_again(&mut self) -> io::Result<()> {
        self.order("start")?;
        self.wait()
    }

    fn order(&mut self, order: &str) -> io::Result<()> {
        let input = self.child.stdin.as_mut().ok_or_else(|| io::Error::other("the server is being stopped"))?;
        writeln!(input, "{order}")
    }

    fn wait(&mut self) -> io::Result<()> {
        wait_for(&self.folder, self.port, &mut self.child)
    }

    /// The folder of its socket, which is its host.
    #[must_use]
    pub fn host(&self) -> &str {
        self.folder.to_str().unwrap_or_default()
    }

    /// Its port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The file of its certificate.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("server.pem")
    }

    /// Runs statements as its superuser, all or none of them, and gives what they print, without heads and frames.
    pub fn run(&self, database: &str, statements: &str) -> io::Result<String> {
        run_at(&self.folder, self.port, database, statements, true)
    }
}

fn write_certificate(folder: &Path) -> io::Result<()> {
    let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(io::Error::other)?;
    fs::write(folder.join("server.pem"), certificate.cert.pem())?;
    fs::write(folder.join("server.key"), certificate.signing_key.serialize_pem())
}

fn wait_for(folder: &Path, port: u16, child: &mut Child) -> io::Result<()> {
    let begun = Instant::now();
    let socket = folder.join(format!(".s.PGSQL.{port}"));
    while !socket.exists() || run_at(folder, port, "postgres", "SELECT 1", true).is_err() {
        if child.try_wait()?.is_some() || begun.elapsed() > PATIENCE {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            return Err(io::Error::other(format!("PostgreSQL did not start: {log}")));
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn run_at(folder: &Path, port: u16, database: &str, statements: &str, at_once: bool) -> io::Result<String> {
    let mut command = Command::new("psql");
    command.env("PATH", path()?).args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]);
    command.args(at_once.then_some("-1")).arg("-h").arg(folder);
    command.args(["-p", &port.to_string(), "-U", "postgres", "-d", database, "-f", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        let statements = statements.to_owned();
        std::thread::spawn(move || input.write_all(statements.as_bytes()));
    }
    let mut printed = String::new();
    if let Some(mut output) = child.stdout.take() {
        output.read_to_string(&mut printed)?;
    }
    let ended = child.wait_with_output()?;
    if ended.status.success() {
        Ok(printed)
    } else {
        Err(io::Error::other(String::from_utf8_lossy(&ended.stderr).into_owned()))
    }
}

/// A database of its own, new and empty, at a server that all tests of one run share: it starts with the first of them, and
/// stops when whoever runs them has ended.
pub struct Database {
    server: Shared,
    name: String,
}

/// Makes such a database.
pub fn shared() -> io::Result<Database> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let server = Shared::found_or_started()?;
    let name = format!("t{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    run_at(&server.0, 5432, "postgres", &format!("CREATE DATABASE {name}"), false)?;
    Ok(Database { server, name })
}

impl Database {
    /// Where a store in it is.
    #[must_use]
    pub fn address(&self) -> String {
        format!("postgres://postgres@localhost/{}?host={}", self.name, self.server.0.display())
    }

    /// Runs statements as the server's superuser, all or none of them, and gives what they print.
    pub fn run(&self, statements: &str) -> io::Result<String> {
        run_at(&self.server.0, 5432, &self.name, statements, true)
    }
}

/// The folder of a server that outlives its process, but not the process's parent.
struct Shared(PathBuf);

/// Begins and ends as `SERVER`, with a parent in place of the other end of an input.
const UNTIL_GONE: &str = r#"
server=$1
folder=$2
runner=$3
{ while [ -d "/proc/$runner" ] && [ -d "$folder" ]; do sleep 1; done; } | sh -c "$server" sh "$folder/server" ""
rm -rf "$folder"
"#;

impl Shared {
    /// Whoever comes first starts it; the others wait until it is there.
    fn found_or_started() -> io::Result<Self> {
        let runner = std::os::unix::process::parent_id();
        let folder = PathBuf::from(format!("/tmp/vitrine-pg-of-{runner}-{}", begun_at(runner)?));
        fs::create_dir_all(&folder)?;
        let turn = fs::File::create(folder.join("turn"))?;
        turn.lock()?;
        let server = folder.join("server");
        if !server.join(".s.PGSQL.5432").exists() {
            start_shared(&folder, &server, runner)?;
        }
        Ok(Self(server))
    }
}

/// When a process began, which tells it from others that had its number: the 22nd field of `/proc/PID/stat` (proc(5)).
fn begun_at(process: u32) -> io::Result<String> {
    let about = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let behind_its_name = about.rsplit(')').next().unwrap_or_default();
    behind_its_name.split_whitespace().nth(19).map(str::to_owned).ok_or_else(|| io::Error::other("no such process"))
}

fn start_shared(folder: &Path, server: &Path, runner: u32) -> io::Result<()> {
    let _ = fs::remove_dir_all(server);
    fs::create_dir_all(server)?;
    fs::set_permissions(server, fs::Permissions::from_mode(0o755))?;
    write_certificate(server)?;
    let mut command = as_somebody(&[folder.to_owned(), server.to_owned(), server.join("server.key")])?;
    command.args(["setsid", "sh", "-c", UNTIL_GONE, "sh", SERVER]).arg(folder).arg(runner.to_string());
    let mut child =
        command.env("PATH", path()?).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    wait_for(server, 5432, &mut child)
}

impl Postgres {
    /// Makes a database.
    pub fn create_database(&self, name: &str) -> io::Result<()> {
        let mut command = Command::new("createdb");
        let made = command
            .env("PATH", path()?)
            .args(["-h", self.host(), "-p", &self.port.to_string(), "-U", "postgres", name])
            .output()?;
        if made.status.success() { Ok(()) } else { Err(io::Error::other(String::from_utf8_lossy(&made.stderr))) }
    }
}

/// Statements that make a table of a CSV file, whose first line names the columns; those that are not in `types` are texts.
#[must_use]
pub fn table_of_csv(name: &str, csv: &str, types: &[(&str, &str)]) -> String {
    let (head, rows) = csv.split_once('\n').unwrap_or((csv, ""));
    let typed = head.split(',').map(|column| {
        let kind = types.iter().find(|(named, _)| *named == column).map_or("text", |(_, kind)| kind);
        format!("\"{column}\" {kind}")
    });
    let columns: Vec<String> = typed.collect();
    let rows = rows.trim_end_matches('\n');
    let ended = if rows.is_empty() { String::new() } else { format!("{rows}\n") };
    format!("CREATE TABLE {name} ({});\nCOPY {name} FROM STDIN WITH (FORMAT csv);\n{ended}\\.\n", columns.join(", "))
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// PostgreSQL does not run as root: then it runs as `postgres`, whom its packages bring along.
fn as_somebody(owned: &[PathBuf]) -> io::Result<Command> {
    let id = |option: &str, name: &[&str]| -> io::Result<u32> {
        let told = Command::new("id").arg(option).args(name).output()?;
        let told = String::from_utf8_lossy(&told.stdout);
        told.trim().parse().map_err(|_| io::Error::other("there is no user `postgres`: install `postgresql`"))
    };
    if id("-u", &[])? != 0 {
        return Ok(Command::new("env"));
    }
    let (user, group) = (Some(id("-u", &["postgres"])?), Some(id("-g", &["postgres"])?));
    for path in owned {
        chown(path, user, group)?;
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    Ok(command)
}

/// Where Debian puts what it calls by no short name: the newest version first.
fn path() -> io::Result<String> {
    let mut versions: Vec<PathBuf> = match fs::read_dir("/usr/lib/postgresql") {
        Ok(found) => found.map(|entry| entry.map(|entry| entry.path().join("bin"))).collect::<io::Result<_>>()?,
        Err(_) => Vec::new(),
    };
    versions.sort();
    let mut all: Vec<String> = versions.iter().rev().map(|path| path.display().to_string()).collect();
    #[expect(clippy::disallowed_methods, reason = "programs are where the environment says")]
    all.extend(std::env::var("PATH"));
    Ok(all.join(":"))
}
