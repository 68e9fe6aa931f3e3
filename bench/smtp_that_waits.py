"""An SMTP server that takes every mail after a wait, as one far away does, and keeps none.

Started as a process of its own (`python -m bench.smtp_that_waits MILLISECONDS`); it prints its port.
"""

import asyncio
import sys


class Session(asyncio.Protocol):
    """One connection: no more of SMTP than a client needs to leave a mail."""

    wait_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._out, self._rest, self._in_data = transport, b"", False
        self._out.write(b"220 ready\r\n")

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while self._step():
            pass

    def _step(self) -> bool:
        """Obey one line, or take one mail; false when more has to come first."""
        end = b"\r\n.\r\n" if self._in_data else b"\r\n"
        line, found, rest = self._rest.partition(end)
        if not found:
            return False
        self._rest = rest
        if self._in_data:
            self._in_data = False
            asyncio.get_running_loop().call_later(self.wait_s, self._out.write, b"250 taken\r\n")
        else:
            self._obey(line[:4].upper())
        return True

    def _obey(self, word: bytes) -> None:
        if word == b"DATA":
            self._in_data = True
            self._out.write(b"354 go on\r\n")
        elif word == b"EHLO":
            self._out.write(b"250-far.test\r\n250 8BITMIME\r\n")
        elif word == b"QUIT":
            self._out.write(b"221 bye\r\n")
            self._out.close()
        else:
            self._out.write(b"250 fine\r\n")


async def main() -> None:
    """Serve until it is killed."""
    Session.wait_s = float(sys.argv[1]) / 1000
    server = await asyncio.get_running_loop().create_server(Session, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
