"""Whom we trust on the wire: the server whose certificate names it, under a chain we know."""

import ssl
from typing import Any


def tls_context(ca_file: Any = None) -> ssl.SSLContext:
    """Return a context that verifies name and chain, TLS 1.2 or later."""
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
