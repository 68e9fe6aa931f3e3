"""A real Dovecot on loopback: IMAP plain and TLS, LMTP for delivery, SASL for Postfix.

Every address at every domain is a mailbox with one shared password, except at the domains that `UNKNOWN` lists:
their addresses are refused at delivery, which is how a test gets a true bounce.
"""

import getpass
import grp
import os
import signal
from pathlib import Path
from string import Template

from tests.servers.certificates import Certificates
from tests.servers.processes import Group, Reaper, find_program, free_port, greets
from tests.servers.waiting import wait_until

PASSWORD = "open-sesame"
UNKNOWN = ("outside.test",)
READY_S = 30.0

CONFIGURATION = Template("""\
base_dir = $folder/run
state_dir = $folder/run
log_path = $folder/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = $internal
default_internal_group = $internal_group
default_login_user = $login
default_vsz_limit = 1G
first_valid_uid = 1
mail_uid = $owner
mail_gid = $owner_group
mail_home = $mail/%d/%n
mail_location = maildir:~/Maildir
mail_fsync = never
mail_save_crlf = yes
mail_max_userip_connections = 100
recipient_delimiter = +
lmtp_hdr_delivery_address = final
auth_failure_delay = 0
auth_mechanisms = plain login
disable_plaintext_auth = no
ssl = yes
ssl_cert = <$certificate
ssl_key = <$key
passdb {
  driver = static
  args = password=$password
}
userdb {
  driver = passwd-file
  args = username_format=%d $folder/unknown
  result_success = return-fail
}
userdb {
  driver = static
  args = allow_all_users=yes
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Junk {
    auto = subscribe
    special_use = \\Junk
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {
    port = $imap_port
  }
  inet_listener imaps {
    port = $imaps_port
    ssl = yes
  }
}
service imap {
  process_limit = 200
}
service lmtp {
  process_min_avail = 1
  unix_listener $folder/lmtp {
    mode = 0666
  }
}
service auth {
  unix_listener $folder/sasl {
    mode = 0666
  }
}
""")


class Dovecot:
    """The server; `stop` and `start` keep ports and mail."""

    def __init__(self, folder: Path, certificates: Certificates, reaper: Reaper) -> None:
        self.imap_port, self.imaps_port = free_port(), free_port()
        self._folder, self._mail, self._reaper = folder / "dovecot", folder / "mail", reaper
        self.lmtp_socket, self.sasl_socket = self._folder / "lmtp", self._folder / "sasl"
        self._group: Group | None = None
        self._configure(certificates)

    def _configure(self, certificates: Certificates) -> None:
        self._folder.mkdir(mode=0o755)
        self._mail.mkdir()
        self._mail.chmod(0o777)
        (self._folder / "unknown").write_text("".join(f"{domain}:{{PLAIN}}::::::\n" for domain in UNKNOWN))
        values = {
            "folder": self._folder,
            "mail": self._mail,
            "password": PASSWORD,
            "certificate": certificates.certificate,
            "key": certificates.key,
            "imap_port": self.imap_port,
            "imaps_port": self.imaps_port,
        }
        (self._folder / "dovecot.conf").write_text(CONFIGURATION.substitute(values | _users()))

    def start(self) -> None:
        """Start and return when it greets on the plain port."""
        program = find_program("dovecot")
        assert program
        command = [program, "-F", "-c", str(self._folder / "dovecot.conf")]
        self._group = Group(self._reaper, command, self._folder / "dovecot.log", signal.SIGTERM)
        wait_until(self._is_ready, READY_S, "Dovecot to greet")

    def _is_ready(self) -> bool:
        assert self._group
        assert self._group.is_running(), f"Dovecot ended at start:\n{self._group.output_tail()}"
        return self.lmtp_socket.exists() and greets(self.imap_port, b"* OK")

    def stop(self) -> None:
        """Stop it and cut every connection; a server that is down already stays down."""
        if self._group:
            self._group.stop()
            self._group = None

    def maildir(self, address: str) -> Path:
        """Where the mail of an address lies; a `+detail` belongs to the same mailbox."""
        local, _, domain = address.lower().rpartition("@")
        return self._mail / domain / local.partition("+")[0] / "Maildir"


def _users() -> dict[str, str]:
    """The accounts Dovecot runs under: Debian's when we are root, else our own for everything."""
    if os.geteuid() == 0:
        debian = {"internal": "dovecot", "internal_group": "dovecot", "login": "dovenull"}
        return debian | {"owner": "nobody", "owner_group": "nogroup"}
    group = grp.getgrgid(os.getegid()).gr_name
    groups = {"internal_group": group, "owner_group": group}
    return dict.fromkeys(("internal", "login", "owner"), getpass.getuser()) | groups
