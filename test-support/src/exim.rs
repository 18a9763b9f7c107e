//! A server of mail for tests: Exim from Debian (`exim4-daemon-light`), started in a folder of its own as whoever runs the tests, or as
//! nobody where that is the administrator. It lets everybody in with one password, and brings what it takes to a Dovecot: mail for
//! `name@` whatever is there as who is called so.

use crate::dovecot::{Account, Dovecot, Offering, PASSWORD, await_greeting, end};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tempfile::TempDir;

/// A server that ends with this.
pub struct Exim {
    pub port: u16,
    program: &'static str,
    child: Child,
    folder: TempDir,
    dovecot: Arc<Dovecot>,
}

/// Nobody is `nobody-here`, which RCPT says.
fn configuration(folder: &Path, port: u16, Account { user, group, .. }: &Account) -> String {
    let folder = folder.display();
    format!(
        "primary_hostname = mail.test\nspool_directory = {folder}/spool\nlog_file_path = {folder}/log/%slog\n\
         pid_file_path = {folder}/pid\nexim_user = {user}\nexim_group = {group}\nnever_users =\nlocal_interfaces = 127.0.0.1\n\
         daemon_smtp_ports = {port}\ntls_advertise_hosts =\nauth_advertise_hosts = *\nhost_lookup =\nrfc1413_query_timeout = 0s\n\
         deliver_drop_privilege = true\nkeep_environment =\nsmtp_accept_max = 100\nmessage_size_limit = 50M\n\
         acl_smtp_rcpt = acl_rcpt\nacl_smtp_data = acl_data\n\
         begin acl\nacl_rcpt:\n  deny local_parts = nobody-here\n       message = there is nobody of that name\n\
         \x20 accept authenticated = *\n  deny message = sign in first\n\
         acl_data:\n  warn condition = ${{if exists{{{folder}/hold}}}}\n       control = freeze/no_tell\n  accept\n\
         begin authenticators\nplain:\n  driver = plaintext\n  public_name = PLAIN\n  server_prompts = :\n\
         \x20 server_condition = ${{if eq{{$auth3}}{{{PASSWORD}}}}}\n  server_set_id = $auth2\n\
         begin routers\nall:\n  driver = accept\n  transport = mailbox\n\
         begin transports\nmailbox:\n  driver = pipe\n  command = /bin/sh {folder}/deliver\n  path = /usr/bin:/bin\n\
         \x20 log_output = true\n  delivery_date_add\n  envelope_to_add\n  return_path_add\n\
         begin retry\n* * F,2h,1s\n"
    )
}

impl Exim {
    /// One that all tests of a program use which run at the same time, with the Dovecot that they share.
    pub fn shared() -> (Arc<Exim>, Arc<Dovecot>) {
        static SERVER: Mutex<Weak<Exim>> = Mutex::new(Weak::new());
        let mut server = SERVER.lock().unwrap_or_else(PoisonError::into_inner);
        let exim = server.upgrade().unwrap_or_else(|| {
            let begun = Arc::new(Self::start(&Dovecot::shared(Offering::Everything)));
            *server = Arc::downgrade(&begun);
            begun
        });
        let dovecot = exim.dovecot.clone();
        (exim, dovecot)
    }

    pub fn start(dovecot: &Arc<Dovecot>) -> Self {
        let folder = tempfile::Builder::new().prefix("ex").tempdir_in("/tmp").unwrap();
        let account = Account::new();
        let owned = |path: &Path| chown(path, Some(account.uid), Some(account.gid)).unwrap();
        owned(folder.path());
        for name in ["spool", "log"] {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).unwrap();
            owned(&path);
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let file = folder.path().join("exim.conf");
        std::fs::write(&file, configuration(folder.path(), port, &account)).unwrap();
        std::fs::write(folder.path().join("deliver"), format!("exec {}\n", dovecot.delivery())).unwrap();
        let program = ["/usr/sbin/exim4", "/usr/sbin/exim"].into_iter().find(|file| Path::new(file).is_file());
        let program = program.expect("exim4 is not there: apt-get install exim4-daemon-light");
        let mut command = Self::command(program);
        command.args(["-bdf", "-q1m", "-C"]).arg(&file).current_dir(folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().unwrap();
        let server = Exim { port, program, child, folder, dovecot: dovecot.clone() };
        await_greeting("exim", port, || server.log());
        server
    }

    /// A command of it, as whom it runs.
    fn command(program: &str) -> Command {
        let account = Account::new();
        let mut command = Command::new(program);
        if Account::of(&[]).uid != account.uid {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Has it keep what it takes from now on, or take that along again, as a server does that has no way to another just now. What it has
    /// kept stays there until [`Exim::bring_kept`].
    pub fn keep(&self, keeps: bool) {
        let file = self.folder.path().join("hold");
        let done = if keeps { std::fs::write(file, "") } else { std::fs::remove_file(file) };
        done.unwrap();
    }

    /// Brings what it has kept to where it goes.
    pub fn bring_kept(&self) {
        let mut command = Self::command(self.program);
        command.arg("-qff").arg("-C").arg(self.folder.path().join("exim.conf")).current_dir(self.folder.path());
        let done = command.stdin(Stdio::null()).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    }

    /// What it has noted.
    pub fn log(&self) -> String {
        let read = |name: &str| std::fs::read_to_string(self.folder.path().join("log").join(name)).unwrap_or_default();
        read("mainlog") + &read("paniclog")
    }
}

impl Drop for Exim {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}
