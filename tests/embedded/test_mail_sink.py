"""The mail sink keeps every message whole, and its port outlives it."""

import os
import smtplib
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from workflow.embedded import processes
from workflow.embedded.access import running_sink


def test_a_message_is_kept_whole_with_its_envelope(tmp_path: Path) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Grüße 🙂"
    message.set_content("One line.\n.a line that begins with a dot\n")
    with running_sink(tmp_path / "mail", tmp_path / "log", os.environ) as port:
        assert processes.wait_until(lambda: _answers(port), within_s=20)
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.send_message(message, "bounce@example.org", ["b@example.org", "hidden@example.org"])
        [path] = (tmp_path / "mail").glob("*.eml")
    kept = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert kept["Subject"] == "Grüße 🙂"
    assert kept["X-Envelope-From"] == "bounce@example.org"
    assert kept.get_all("X-Envelope-To") == ["b@example.org", "hidden@example.org"]
    assert kept.get_content().splitlines() == ["One line.", ".a line that begins with a dot"]


def test_a_message_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with running_sink(tmp_path / "mail", tmp_path / "log", os.environ) as port:
        assert processes.wait_until(lambda: _answers(port), within_s=20)
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            client.ehlo()
            assert int(client.esmtp_features["size"]) == 30 * 1024 * 1024
            with pytest.raises(smtplib.SMTPSenderRefused) as refused:
                client.sendmail(
                    "a@example.org", ["b@example.org"], "x", mail_options=[f"size={31 * 1024 * 1024}"]
                )
            assert refused.value.smtp_code == 552


def _answers(port: int) -> bool:
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
            return client.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False
