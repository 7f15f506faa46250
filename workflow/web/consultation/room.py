"""The room's one blueprint, which its three modules of views fill."""

from flask import Blueprint

blueprint = Blueprint("consultation", __name__)
