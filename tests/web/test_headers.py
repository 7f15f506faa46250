"""What every answer carries."""

import json
import re

import pytest
from flask import Flask

from tests.web.conftest import NOWHERE, settings_for
from workflow import logs
from workflow.app import create_app
from workflow.config import LogFormat


def test_a_page_may_load_only_what_is_its_own(lonely_app: Flask) -> None:
    answer = lonely_app.test_client().get("/help")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert "form-action 'self'" in policy


def test_the_pages_own_scripts_carry_a_word_that_is_new_each_time(lonely_app: Flask) -> None:
    words = set()
    for _ in range(2):
        answer = lonely_app.test_client().get("/help")
        word = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
        assert word is not None
        assert re.findall(r"<script[^>]*>", answer.text)
        assert all(f'nonce="{word[1]}"' in tag for tag in re.findall(r"<script[^>]*>", answer.text))
        words.add(word[1])
    assert len(words) == 2


def test_no_page_carries_a_style_or_a_handler_that_the_policy_would_refuse(lonely_app: Flask) -> None:
    text = lonely_app.test_client().get("/sign-in").text
    assert not re.search(r"\sstyle=|\son\w+=|<style", text)


def test_every_answer_says_its_request_and_keeps_to_itself(lonely_app: Flask) -> None:
    client = lonely_app.test_client()
    for path in ("/help", "/healthz", "/nothing-here"):
        headers = client.get(path).headers
        assert re.fullmatch(r"[0-9a-f]{32}", headers["X-Request-Id"])
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert "Strict-Transport-Security" not in headers


def test_a_request_id_is_never_taken_from_outside(lonely_app: Flask) -> None:
    answer = lonely_app.test_client().get("/healthz", headers={"X-Request-Id": "a" * 32})
    assert answer.headers["X-Request-Id"] != "a" * 32


def test_behind_tls_cookies_are_secure_and_browsers_stay_on_it() -> None:
    secure = create_app(
        settings_for(NOWHERE, "redis://127.0.0.1:1/0", WORKFLOW_BASE_URL="https://grants.example.org"),
        testing=True,
    )
    answer = secure.test_client().get("/sign-in", base_url="https://grants.example.org")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-workflow_form=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_request_is_one_line_that_names_the_route_and_never_the_address(
    lonely_app: Flask, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure(LogFormat.JSON)
    answer = lonely_app.test_client().get("/help?token=secret-word")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["request"]
    assert lines[0]["endpoint"] == "site.help_page"
    assert lines[0]["status"] == 200
    assert lines[0]["request_id"] == answer.headers["X-Request-Id"]
    assert "secret-word" not in str(lines)


def test_a_log_line_of_an_error_holds_no_values_of_variables(
    lonely_app: Flask, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        secret = "secret-word"  # Only a local variable; a traceback with values would show it.
        raise ValueError(f"{len(secret)} letters")

    for log_format in LogFormat:
        logs.configure(log_format)
        monkeypatch.setitem(lonely_app.view_functions, "site.help_page", fail)
        assert lonely_app.test_client().get("/help").status_code == 500
        written = capfd.readouterr().err
        assert "11 letters" in written
        assert "'secret-word'" not in written.replace('secret = "secret-word"', "")
