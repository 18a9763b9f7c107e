//! A mail server for tests: Dovecot from Debian (`dovecot-imapd`), started in a folder of its own as whoever runs the tests, or as nobody
//! where that is the administrator, as whom it lets nobody in.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long it may take to begin.
const MAX_START: Duration = Duration::from_secs(20);
/// The password of everybody. Dovecot parts at spaces what it is told of one.
pub const PASSWORD: &str = "correct-horse";

/// What of IMAP it does not offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offering {
    Everything,
    /// As servers were long ago: no CONDSTORE, QRESYNC, MOVE, UIDPLUS, SPECIAL-USE, IDLE.
    Little,
}

/// A server that ends with this.
pub struct Dovecot {
    pub port: u16,
    child: Child,
    folder: TempDir,
}

/// As whom it runs.
pub(crate) struct Account {
    pub user: String,
    pub group: String,
    pub uid: u32,
    pub gid: u32,
}

impl Account {
    pub fn new() -> Self {
        let own = Self::of(&[]);
        if own.uid == 0 { Self::of(&["nobody"]) } else { own }
    }

    pub fn of(name: &[&str]) -> Self {
        let id = |what: &str| {
            let said = Command::new("id").arg(what).args(name).output().unwrap();
            String::from_utf8(said.stdout).unwrap().trim().to_owned()
        };
        Account { user: id("-un"), group: id("-gn"), uid: id("-u").parse().unwrap(), gid: id("-g").parse().unwrap() }
    }
}

/// `tokens`: the file that says whom tokens let in, beside passwords.
fn configuration(folder: &Path, port: u16, offering: Offering, account: &Account, tokens: Option<&Path>) -> String {
    let Account { user, group, uid, gid } = account;
    let folder = folder.display();
    let capability = match offering {
        Offering::Everything => "",
        Offering::Little => "imap_capability = IMAP4rev1",
    };
    let use_of = |name: &str, purpose: &str| match offering {
        Offering::Everything => format!("mailbox {name} {{\n special_use = \\{purpose}\n auto = create\n }}\n"),
        Offering::Little => format!("mailbox {name} {{\n auto = create\n }}\n"),
    };
    let mailboxes =
        [("Drafts", "Drafts"), ("Sent", "Sent"), ("Trash", "Trash"), ("Junk", "Junk"), ("Archive", "Archive")];
    let mechanisms = if tokens.is_some() { " xoauth2 oauthbearer" } else { "" };
    let tokens = tokens.map_or_else(String::new, |file| {
        format!("passdb {{\n driver = oauth2\n mechanisms = xoauth2 oauthbearer\n args = {}\n}}\n", file.display())
    });
    let mailboxes: String = mailboxes.iter().map(|(name, purpose)| use_of(name, purpose)).collect();
    format!(
        "base_dir = {folder}/run\nstate_dir = {folder}/state\nlog_path = {folder}/log\ninfo_log_path = {folder}/log\n\
         protocols = imap\nlisten = 127.0.0.1\nssl = no\ndisable_plaintext_auth = no\nauth_mechanisms = plain login{mechanisms}\n\
         default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\nfirst_valid_uid = 0\n\
         mail_location = sdbox:{folder}/mail/%u\nmail_uid = {uid}\nmail_gid = {gid}\nmail_fsync = never\nauth_failure_delay = 0\n{capability}\n\
         imap_idle_notify_interval = 5s\nmail_max_userip_connections = 50\n\
         {tokens}passdb {{\n driver = static\n args = password={PASSWORD}\n}}\n\
         userdb {{\n driver = static\n args = uid={uid} gid={gid} home={folder}/mail/%u allow_all_users=yes\n}}\npostmaster_address = postmaster@example.org\n\
         service imap-login {{\n chroot =\n inet_listener imap {{\n port = {port}\n }}\n inet_listener imaps {{\n port = 0\n }}\n}}\n\
         service anvil {{\n chroot =\n unix_listener anvil-auth-penalty {{\n mode = 0\n }}\n}}\nservice stats {{\n chroot =\n}}\nservice imap-urlauth-login {{\n chroot =\n}}\n\
         namespace inbox {{\n inbox = yes\n separator = /\n{mailboxes}}}\n"
    )
}

/// Waits until a server of this machine speaks to whoever comes; `log`: what it has noted, for whoever reads that it does not.
pub(crate) fn await_greeting(name: &str, port: u16, log: impl Fn() -> String) {
    let greets = || {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
        stream.set_read_timeout(Some(MAX_START)).unwrap();
        stream.read(&mut [0; 16]).is_ok_and(|read| read > 0)
    };
    let began = Instant::now();
    while !greets() {
        assert!(began.elapsed() < MAX_START, "{name} does not begin: {}", log());
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// Has a server come to its own end, in which it takes those along that it started.
pub(crate) fn end(child: &mut Child) {
    let _ = Command::new("kill").arg(child.id().to_string()).status();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
}

impl Dovecot {
    pub fn start() -> Self {
        Self::offering(Offering::Everything)
    }

    /// One that all tests of a program use which run at the same time, each as users of its own.
    pub fn shared(offering: Offering) -> Arc<Self> {
        static SERVERS: Mutex<[Weak<Dovecot>; 2]> = Mutex::new([Weak::new(), Weak::new()]);
        let mut servers = SERVERS.lock().unwrap_or_else(PoisonError::into_inner);
        let [everything, little] = &mut *servers;
        let server = match offering {
            Offering::Everything => everything,
            Offering::Little => little,
        };
        server.upgrade().unwrap_or_else(|| {
            let begun = Arc::new(Self::offering(offering));
            *server = Arc::downgrade(&begun);
            begun
        })
    }

    pub fn offering(offering: Offering) -> Self {
        Self::begin(offering, None)
    }

    /// One that lets in whom a service says that a token is of. `token_info`: where it asks, with the token behind.
    pub fn taking_tokens(token_info: &str) -> Self {
        Self::begin(Offering::Everything, Some(token_info))
    }

    fn begin(offering: Offering, token_info: Option<&str>) -> Self {
        // A folder with a short name: that of a socket has no room for a long one.
        let folder = tempfile::Builder::new().prefix("dc").tempdir_in("/tmp").unwrap();
        let account = Account::new();
        let owned = |path: &Path| chown(path, Some(account.uid), Some(account.gid)).unwrap();
        owned(folder.path());
        for name in ["run", "state", "mail"] {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).unwrap();
            owned(&path);
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("dovecot.conf");
        let tokens = token_info.map(|address| {
            let file = folder.path().join("oauth2.conf");
            std::fs::write(&file, format!("tokeninfo_url = {address}\nusername_attribute = email\n")).unwrap();
            file
        });
        let text = configuration(folder.path(), port, offering, &account, tokens.as_deref());
        std::fs::write(&file, text).unwrap();
        let program =
            ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"].into_iter().find(|file| Path::new(file).is_file());
        let program = program.expect("dovecot is not there: apt-get install dovecot-imapd");
        let mut command = Command::new(program);
        command.arg("-F").arg("-c").arg(&file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if Account::of(&[]).uid != account.uid {
            command.uid(account.uid).gid(account.gid).current_dir(folder.path());
        }
        let child = command.spawn().unwrap();
        let server = Dovecot { port, child, folder };
        await_greeting("dovecot", port, || server.log());
        server
    }

    /// The command that puts what it reads into the inbox of whom LOCAL_PART names.
    pub(crate) fn delivery(&self) -> String {
        let file = self.folder.path().join("dovecot.conf");
        format!("/usr/lib/dovecot/dovecot-lda -c {} -d \"$LOCAL_PART\" -f \"$SENDER\"", file.display())
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The server has other UIDs for everything that somebody has, as after a restore.
    pub fn forget_uids(&self, user: &str) {
        let mail = self.folder.path().join("mail").join(user).join("mailboxes/INBOX/dbox-Mails");
        for entry in std::fs::read_dir(mail).unwrap().flatten() {
            if entry.file_name().to_string_lossy().starts_with("dovecot.index") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
    }
}

/// Another program deletes a folder.
///
/// # Errors
/// What the server says.
pub fn delete_folder(port: u16, user: &str, folder: &str) -> Result<(), String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
    stream.set_read_timeout(Some(MAX_START)).map_err(|error| error.to_string())?;
    let commands = format!("a LOGIN {user} {PASSWORD}\r\nb DELETE \"{folder}\"\r\nc LOGOUT\r\n");
    stream.write_all(commands.as_bytes()).map_err(|error| error.to_string())?;
    let mut said = String::new();
    stream.read_to_string(&mut said).map_err(|error| error.to_string())?;
    if said.contains("\r\nb OK") { Ok(()) } else { Err(said) }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
