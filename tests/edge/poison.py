"""A reading child with faults of its own: what it does with a mail is the mail's first word."""

import sys
from pathlib import Path

ROOT = str(Path(__file__).parents[2])
SCRIPT = """
import ctypes, os, signal, socket, subprocess, sys, time, urllib.request
from mailbot.core.reader.parse import parse
from mailbot.edge import child

def faults(raw):
    word = raw.split()[0] if raw.split() else b""
    if word == b"die": os.kill(os.getpid(), signal.SIGKILL)
    if word == b"leave": os._exit(0)
    if word == b"spin":
        while True: pass
    if word == b"work":
        until = time.process_time() + 0.6
        while time.process_time() < until: pass
    if word == b"sleep": time.sleep(60)
    if word == b"grow": return bytearray(1 << 30)
    if word == b"deep": return (lambda f: f(f))(lambda f: f(f))
    if word == b"raise": raise ValueError("090-0000-0000")
    if word == b"chatter": os.write(1, b"+" + (3).to_bytes(8, "big") + b"{}}")
    if word == b"flood": os.write(1, b"+" + b"\\xff" * 8)
    if word == b"connect": socket.socket()
    if word == b"fetch": urllib.request.urlopen("http://127.0.0.1:9/")
    if word == b"call": subprocess.run(["true"])
    if word == b"fork": os.fork()
    if word == b"keep": open("/tmp/mailbot-kept", "w").close()
    if word == b"environment": return parse(("Subject: " + " ".join(os.environ)).encode())
    return parse(raw)

child.parse, child.CPU_S = faults, 1
child.main()
"""
CHILD = (sys.executable, "-P", "-c", SCRIPT)
