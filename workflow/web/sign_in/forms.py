"""The form of signing in."""

from typing import NamedTuple

from workflow.web.forms import HiddenField, PasswordField, PlainForm, TextField


class Credentials(NamedTuple):
    """What a person signs in with."""

    email: str
    password: str


class SignInForm(PlainForm):
    """E-mail address and password; `next` is where to go on, `kept` what was typed before the session ended."""

    email = TextField(
        "Email address",
        required="Enter your email address",
        longest=254,
        width="two-thirds",
        autocomplete="username",
        inputmode="email",
        spellcheck=False,
    )
    password = PasswordField("Password", required="Enter your password")
    next = HiddenField(longest=2000)
    kept = HiddenField(longest=400_000)

    def data_tuple(self) -> Credentials:
        """What the command is given."""
        return Credentials(str(self.email.data), str(self.password.data))


class SignOutForm(PlainForm):
    """Only the check for forgery: nobody else signs a person out."""
