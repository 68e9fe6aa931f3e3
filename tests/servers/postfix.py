"""A real Postfix on loopback: a port for mail from outside, submission ports that ask for a login, a log to read.

All `.test` and `.example` domains are ours and go to Dovecot, except: `deferred.test` leads to a closed port,
`refused.test` is refused with 550 and `busy.test` with 450 while the client waits. Other domains bounce.
"""

import os
import pwd
import shutil
import signal
import time
from pathlib import Path
from string import Template

from tests.servers.certificates import Certificates
from tests.servers.dovecot import Dovecot
from tests.servers.postfix_log import Delivery, PostfixLog
from tests.servers.processes import Group, Reaper, find_program, free_port, greets
from tests.servers.waiting import wait_until

READY_S = 30.0
_LOG_BEHIND_S = 1.0
QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "pid", "private", "saved")
QUEUES_OF_OTHERS = {"trace": 0o700, "maildrop": 0o1730, "public": 0o2710}

MAIN = Template("""\
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
meta_directory = /etc/postfix
shlib_directory = /usr/lib/postfix
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
maillog_file = $folder/log/mail.log
maillog_file_prefixes = $folder/log
myhostname = mail.company.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
mynetworks =
local_recipient_maps =
alias_maps =
alias_database =
recipient_delimiter = +
virtual_mailbox_domains = regexp:$folder/etc/domains
virtual_mailbox_maps = static:everyone
virtual_transport = lmtp:unix:$lmtp
lmtp_destination_recipient_limit = 1
lmtp_line_length_limit = 0
disable_mime_output_conversion = yes
transport_maps = texthash:$folder/etc/transport
default_transport = error:5.4.4 no route to this domain
smtp_dns_support_level = disabled
smtpd_peername_lookup = no
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
in_flow_delay = 0
message_size_limit = 60000000
virtual_mailbox_limit = 0
mailbox_size_limit = 0
enable_long_queue_ids = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = $sasl
smtpd_sasl_auth_enable = no
smtpd_tls_security_level = may
smtpd_tls_cert_file = $certificate
smtpd_tls_key_file = $key
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:$folder/etc/access
local_header_rewrite_clients = permit_sasl_authenticated
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 5s
""")

MASTER = Template("""\
127.0.0.1:$mx_port inet n - n - - smtpd
127.0.0.1:$smtp_port inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$smtps_port inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
""")


class Postfix:
    """The server; `stop` and `start` keep ports and queue. `mx_port` is where mail from outside comes in."""

    def __init__(self, folder: Path, certificates: Certificates, dovecot: Dovecot, reaper: Reaper) -> None:
        self.mx_port, self.smtp_port, self.smtps_port = free_port(), free_port(), free_port()
        self._folder, self._reaper = folder / "postfix", reaper
        self._group: Group | None = None
        self._mail_log = self._folder / "log" / "mail.log"
        self._log = PostfixLog(self._mail_log)
        self._make_folders()
        self._configure(certificates, dovecot)

    def _make_folders(self) -> None:
        """Master would make the queue folders only through a script that looks into /etc."""
        owner = pwd.getpwnam("postfix").pw_uid
        self._folder.mkdir(mode=0o755)
        for name in ("etc", "queue", "data", "log"):
            (self._folder / name).mkdir(mode=0o755)
        self._mail_log.touch()
        for path in (self._folder / "data", self._mail_log.parent, self._mail_log):
            os.chown(path, owner, -1)
        for name, mode in dict.fromkeys(QUEUES, 0o700).items() | QUEUES_OF_OTHERS.items():
            queue = self._folder / "queue" / name
            queue.mkdir()
            shutil.chown(queue, "root" if name == "pid" else owner, "postdrop" if mode & 0o070 else None)
            queue.chmod(0o755 if name == "pid" else mode)

    def _configure(self, certificates: Certificates, dovecot: Dovecot) -> None:
        values: dict[str, object] = {
            "folder": self._folder,
            "lmtp": dovecot.lmtp_socket,
            "sasl": dovecot.sasl_socket,
            "certificate": certificates.certificate,
            "key": certificates.key,
            "mx_port": self.mx_port,
            "smtp_port": self.smtp_port,
            "smtps_port": self.smtps_port,
        }
        self._write("main.cf", MAIN.substitute(values))
        self._write("master.cf", MASTER.substitute(values))
        self._write("domains", "/\\.(test|example)$/ ours\n")
        self._write("transport", f"deferred.test smtp:[127.0.0.1]:{free_port()}\n")
        self._write("access", "refused.test 550 5.7.1 we do not take mail\nbusy.test 450 4.3.2 come back later\n")

    def _write(self, name: str, text: str) -> None:
        """Backdated: Postfix waits up to two seconds for a configuration file that is younger than one."""
        path = self._folder / "etc" / name
        path.write_text(text)
        long_ago = time.time() - 3600
        os.utime(path, (long_ago, long_ago))

    def start(self) -> None:
        """Start and return when all three ports are served."""
        program = find_program("master")
        assert program
        command = [program, "-c", str(self._folder / "etc"), "-s"]
        self._group = Group(self._reaper, command, self._folder / "master.log", signal.SIGKILL)
        wait_until(self._is_ready, READY_S, "Postfix to greet")

    def _is_ready(self) -> bool:
        assert self._group
        assert self._group.is_running(), (
            f"Postfix ended at start:\n{self._group.output_tail()}{self._mail_log.read_text()}"
        )
        return greets(self.mx_port, b"220 ")

    def stop(self) -> None:
        """Stop it and cut every connection; a server that is down already stays down.

        SIGKILL: the queue is made for it, and a master that is asked takes two seconds.
        """
        if self._group:
            self._group.stop()
            self._group = None

    def deliveries(self) -> list[Delivery]:
        """What became of every recipient so far, in the order of the log, which comes a moment after the queue.

        A mail whose client died inside DATA never gets its last line: it is waited for once.
        """
        try:
            wait_until(lambda: not self._log.unsettled(), _LOG_BEHIND_S, "the last lines of Postfix's log")
        except AssertionError:
            self._log.give_up()
        return self._log.deliveries()

    def is_idle(self) -> bool:
        """Whether every accepted mail has been dealt with: delivered, bounced, or deferred at least once.

        The queue says so and not the log, whose lines come a moment later. The file of a mail whose client died inside
        DATA goes away by itself.
        """
        return not any(any((self._folder / "queue" / name).iterdir()) for name in ("incoming", "active"))
