"""A mail server for one machine: it accepts every message and writes it to a folder, and sends nothing anywhere."""

import asyncio
import contextlib
import secrets
import signal
import socket
import sys
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

MESSAGE_MAX_BYTES = 30 * 1024 * 1024
KEPT = 20_000
"""The newest messages are kept; a demonstration that runs for months must not fill the disk."""


class Keeper:
    """Writes each message whole, under a name that sorts by arrival, with its envelope in the first lines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0

    # The name is aiosmtpd's.
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keep one message; the answer is given only once it is on disk under its final name."""
        content = envelope.content
        assert isinstance(content, bytes)
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        lines = [f"X-Envelope-From: {envelope.mail_from or ''}"]
        lines += [f"X-Envelope-To: {address}" for address in envelope.rcpt_tos]
        draft = self.folder / f".{name}"
        draft.write_bytes("".join(f"{line}\r\n" for line in lines).encode() + content)
        draft.rename(self.folder / f"{name}.eml")
        self._count += 1
        if self._count % 1000 == 0:
            self._forget_oldest()
        return "250 OK"

    def _forget_oldest(self) -> None:
        for path in sorted(self.folder.glob("*.eml"))[:-KEPT]:
            path.unlink(missing_ok=True)


async def serve(listening: socket.socket, folder: Path) -> None:
    """Take messages on a socket that listens already, until SIGTERM."""
    loop = asyncio.get_running_loop()
    keeper = Keeper(folder)
    server = await loop.create_server(
        lambda: SMTP(keeper, data_size_limit=MESSAGE_MAX_BYTES, enable_SMTPUTF8=True, hostname="localhost"),
        sock=listening,
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    await ended.wait()
    server.close()


def main() -> None:
    """`python -m workflow.embedded.mail_sink FOLDER DESCRIPTOR`; the supervisor opens the socket, so its port stays."""
    folder, descriptor = Path(sys.argv[1]), int(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(socket.socket(fileno=descriptor), folder))


if __name__ == "__main__":
    main()
